// A growing array of plain values, in the memory context in which it was first filled.
#pragma once

#include <span>

#include "pg/postgres.hpp"

namespace credits::pg
{

template <class T>
struct Array {
    T* items;
    int count;
    int capacity;
};

template <class T>
T& append(Array<T>& array, T item)
{
    if (array.count == array.capacity) {
        array.capacity = array.capacity == 0 ? 4 : array.capacity * 2;
        const Size size = sizeof(T) * static_cast<Size>(array.capacity);
        array.items = static_cast<T*>(array.items == nullptr ? MemoryContextAllocHuge(CurrentMemoryContext, size)
                                                             : repalloc_huge(array.items, size));
    }
    return array.items[array.count++] = item;
}

template <class T>
std::span<T> span_of(const Array<T>& array)
{
    return {array.items, static_cast<size_t>(array.count)};
}

} // namespace credits::pg
