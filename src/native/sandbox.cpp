// Takes from a process, for good, every system call that decoding a picture does not need.
//
// The filter is classic BPF, made here and not by a library: it is short enough to be read whole. A call that is not
// on the list fails with EPERM and the process goes on, so that a decoder that only asks (for the number of cores, say)
// is not killed for it. Sources: seccomp(2), bpf in linux/filter.h.
#include <nanobind/nanobind.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <vector>

#if defined(__linux__)
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace nb = nanobind;

namespace clew {

namespace {

#if defined(__linux__) && defined(__x86_64__)
constexpr unsigned native_architecture = AUDIT_ARCH_X86_64;
#define CLEW_SANDBOX 1
#elif defined(__linux__) && defined(__aarch64__)
constexpr unsigned native_architecture = AUDIT_ARCH_AARCH64;
#define CLEW_SANDBOX 1
#endif

#if defined(CLEW_SANDBOX)

// Reading the file that was handed over, answering on the socket, memory, locks, time, ending. Nothing that opens,
// connects, starts, signals or renames. sendmsg is left out because it could pass descriptors on.
constexpr unsigned allowed[] = {
    SYS_read,          SYS_pread64,      SYS_readv,           SYS_preadv,        SYS_preadv2,      SYS_lseek,
    SYS_fstat,
    SYS_close,         SYS_recvmsg,      SYS_recvfrom,        SYS_sendto,        SYS_munmap,       SYS_mremap,
    SYS_madvise,       SYS_brk,          SYS_futex,           SYS_rt_sigaction,  SYS_rt_sigprocmask,
    SYS_rt_sigreturn,  SYS_sigaltstack,  SYS_restart_syscall, SYS_exit,          SYS_exit_group,   SYS_clock_gettime,
    SYS_clock_nanosleep, SYS_nanosleep,  SYS_gettimeofday,    SYS_getrandom,     SYS_getpid,       SYS_gettid,
    SYS_getrusage,     SYS_sched_yield,  SYS_sched_getaffinity, SYS_set_robust_list,
#if defined(SYS_poll)
    SYS_poll,
#endif
    SYS_ppoll,
#if defined(SYS_rseq)
    SYS_rseq,
#endif
};

constexpr unsigned argument(unsigned place) {
    // The low half of an argument; flags and protections live there. Both architectures are little-endian.
    return offsetof(seccomp_data, args) + place * sizeof(__u64);
}

sock_filter load(unsigned offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset); }
sock_filter answer(unsigned action) { return BPF_STMT(BPF_RET | BPF_K, action); }
// The next `count` instructions run only when the loaded word is `value`.
sock_filter only_if(unsigned value, unsigned char count) { return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count); }

std::vector<sock_filter> make_filter() {
    constexpr unsigned refuse = SECCOMP_RET_ERRNO | EPERM;
    std::vector<sock_filter> code;
    code.push_back(load(offsetof(seccomp_data, arch)));
    // Calls of another architecture (32 bits on 64) have other numbers: no list of ours is right for them.
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, native_architecture, 1, 0));
    code.push_back(answer(SECCOMP_RET_KILL_PROCESS));
    code.push_back(load(offsetof(seccomp_data, nr)));
    for (const unsigned call : allowed) {
        code.push_back(only_if(call, 1));
        code.push_back(answer(SECCOMP_RET_ALLOW));
    }
    // Memory, never executable: what a decoder is tricked into writing cannot be run as code.
    for (const unsigned call : {unsigned{SYS_mmap}, unsigned{SYS_mprotect}}) {
        code.push_back(only_if(call, 4));
        code.push_back(load(argument(2)));
        code.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1));
        code.push_back(answer(refuse));
        code.push_back(answer(SECCOMP_RET_ALLOW));
    }
    // A thread of this process, never another process: libheif decodes in one. Its flags lie in memory with clone3,
    // where a filter cannot look; told that the call does not exist, the C library takes clone.
    code.push_back(only_if(SYS_clone3, 1));
    code.push_back(answer(SECCOMP_RET_ERRNO | ENOSYS));
    code.push_back(only_if(SYS_clone, 4));
    code.push_back(load(argument(0)));
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0));
    code.push_back(answer(refuse));
    code.push_back(answer(SECCOMP_RET_ALLOW));
    // fstat of newer C libraries: the status of an open descriptor. A filter cannot see that the path beside the flag is
    // empty: a worker that was taken over may learn whether a path is there, its size and its times, never what is in it.
    code.push_back(only_if(SYS_newfstatat, 4));
    code.push_back(load(argument(3)));
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1000 /* AT_EMPTY_PATH */, 1, 0));
    code.push_back(answer(refuse));
    code.push_back(answer(SECCOMP_RET_ALLOW));
    code.push_back(answer(refuse));
    return code;
}

int enter() {
    std::vector<sock_filter> code = make_filter();
    const sock_fprog program = {static_cast<unsigned short>(code.size()), code.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0U, &program) != 0) return errno;
    return 0;
}

bool available() {
    const unsigned action = SECCOMP_RET_ERRNO;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0U, &action) == 0;
}

#else

int enter() { return ENOSYS; }
bool available() { return false; }

#endif

int die_with_parent() {
#if defined(__linux__)
    return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 ? 0 : errno;
#else
    return ENOSYS;
#endif
}

}  // namespace

void bind_sandbox(nb::module_& m) {
    m.def("sandbox_available", &available, "Whether this kernel and architecture can confine a process.");
    m.def("sandbox_enter", &enter, "Take away all system calls but those of decoding; 0 or an errno.");
    m.def("die_with_parent", &die_with_parent, "This process is killed when the thread that made it ends; 0 or an errno.");
}

}  // namespace clew
