// The extension's face. Each kernel file defines one bind_ function; this file only calls them.
#include <nanobind/nanobind.h>

#include "dispatch.hpp"

namespace nb = nanobind;

namespace clew {
// one line a kernel
void bind_exact(nb::module_& m);
void bind_hamming(nb::module_& m);
void bind_pdq(nb::module_& m);
void bind_sandbox(nb::module_& m);
}  // namespace clew

NB_MODULE(_native, m) {
    // At the end of a process the interpreter does not clear what threads and caches still hold; that is no leak.
    nb::set_leak_warnings(false);
    m.doc() = "Clew's native kernels; use them through clew.kernels";
    m.def("cpu", [] { return clew::cpu_name(clew::cpu()); }, "The instruction set in use: avx512, avx2 or portable.");
    clew::bind_exact(m);
    clew::bind_hamming(m);
    clew::bind_pdq(m);
    clew::bind_sandbox(m);
}
