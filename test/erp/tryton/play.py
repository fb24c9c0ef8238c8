"""play.py SUBJECT...: plays the subjects on the Tryton server at TRYTON_URL, and prints a line of TAP for each test.

A subject is a module; its public functions are its tests, named after what they show, in the order of the file. After each
of them verify() must find nothing. Exit status 1: a test failed.
"""
import importlib
import inspect
import sys
import traceback

import books
import erp


def tests_of(subject):
    functions = inspect.getmembers(subject, lambda member: inspect.isfunction(member) and member.__module__ == subject.__name__)
    public = [function for name, function in functions if not name.startswith('_')]
    return sorted(public, key=lambda function: function.__code__.co_firstlineno)


def holds(test):
    try:
        test()
        assert not books.verified(), books.verified()
    except Exception:
        print(''.join(f'# {line}\n' for line in traceback.format_exc().splitlines()), end='')
        return False
    return True


def main(subjects):
    erp.log_in()
    all_hold = True
    for subject in map(importlib.import_module, subjects):
        for test in tests_of(subject):
            held = holds(test)
            all_hold &= held
            print('ok -' if held else 'not ok -', f'{subject.__name__}: {test.__name__.replace("_", " ")}', flush=True)
    return not all_hold


sys.exit(main(sys.argv[1:]))
