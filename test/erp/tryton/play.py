"""play.py: plays every subject on the Tryton server at TRYTON_URL, prints TAP and the sum, and fails when a test does.

A subject is a module; its public functions are its tests, named after what they show, in the order of the file. After each
of them verify() must find nothing.
"""
import inspect
import sys
import traceback

import afterwards
import books
import desks
import drafts
import erp
import invoices
import sales

SUBJECTS = (invoices, drafts, sales, desks, afterwards)


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


def main():
    erp.log_in()
    passed = failed = 0
    for subject in SUBJECTS:
        for test in tests_of(subject):
            held = holds(test)
            passed, failed = passed + held, failed + (not held)
            print('ok' if held else 'not ok', passed + failed, '-', f'{subject.__name__}: {test.__name__.replace("_", " ")}',
                  flush=True)
    print(f'{passed} passed, {failed} failed')
    return failed > 0 or passed == 0


sys.exit(main())
