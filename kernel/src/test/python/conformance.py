"""Jupyter's own conformance suite, all of it, against the installed kernel.

Usage: conformance.py KERNEL_NAME
Needs jupyter_kernel_test (Debian: python3-jupyter-kernel-test).
"""

import sys
import unittest

import jupyter_kernel_test

KERNEL = sys.argv.pop(1) if len(sys.argv) > 1 else "kilonet"


class KilonetKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = KERNEL
    language_name = "java"
    file_extension = ".java"

    code_hello_world = 'System.out.println("hello, world");'
    code_stderr = 'System.err.println("oops");'
    completion_samples = [
        {"text": "System.ou", "matches": {"out"}},
        {"text": '"abc".isEmp', "matches": {"isEmpty()"}},
        {"text": "%tim", "matches": {"%time", "%timeit"}},
    ]
    complete_code_samples = ["1", "int x = 1;", "for (int i = 0; i < 3; i++) { }", "class A { }", "%vars"]
    incomplete_code_samples = ["int f() {", "for (int i = 0; i < 3; i++) {", "f(1,"]
    invalid_code_samples = ["import 7q;", "int 4 = 5;", "}"]
    code_page_something = 'page("text in the pager")'
    code_generate_error = 'throw new RuntimeException("bad")'
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": '"a" + 1', "result": "a1"},
        {"code": "List.of(1, 2)", "result": "[1, 2]"},
        {"code": "6 * 8", "result": "48"},
    ]
    code_display_data = [
        {"code": 'display(html("<b>x</b>"));', "mime": "text/html"},
        {"code": "display(new java.awt.image.BufferedImage(2, 2, 1))", "mime": "image/png"},
        {"code": "display(1)", "mime": "text/plain"},
    ]
    code_history_pattern = "6 [*] 7".replace("[*]", "?")
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.abs"
    code_clear_output = "clearOutput()"


if __name__ == "__main__":
    program = unittest.main(verbosity=2, exit=False)
    skipped = len(program.result.skipped)
    if skipped:
        print(f"{skipped} tests were skipped; none may be")
    sys.exit(0 if program.result.wasSuccessful() and not skipped else 1)
