#define _GNU_SOURCE
#include "seccomp.h"

#include "bare.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

// Numbers since 5.1 are the same on every architecture. Headers may be older than the kernel.
enum {
    CALL_IO_URING_SETUP = 425, CALL_IO_URING_ENTER = 426, CALL_IO_URING_REGISTER = 427, CALL_OPEN_TREE = 428,
    CALL_MOVE_MOUNT = 429, CALL_FSOPEN = 430, CALL_FSCONFIG = 431, CALL_FSMOUNT = 432, CALL_FSPICK = 433,
    CALL_CLONE3 = 435, CALL_PIDFD_GETFD = 438, CALL_PROCESS_MADVISE = 440, CALL_MOUNT_SETATTR = 442,
    CALL_QUOTACTL_FD = 443,
};

#if defined(__x86_64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define NAMESPACES \
    (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define REFUSE ANSWER(SECCOMP_RET_ERRNO | EPERM)
/// The next instruction where the loaded word is `value`, the one after it otherwise.
#define IF(value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, 1)
#define IF_ANY_OF(bits) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 0, 1)
/// The next `count` instructions where it is.
#define IF_THEN(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (count))
#define FORBID(call) IF(call), REFUSE
/// The kernel reads arguments of 32 bits from the low half of the word.
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOAD_ARGUMENT(n) LOAD(args[n])
#else
#error "the low half of an argument lies elsewhere"
#endif

#ifdef OUR_ARCHITECTURE

#define COMMON \
    LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCHITECTURE, 1, 0), ANSWER(SECCOMP_RET_KILL_PROCESS), \
    LOAD(nr), \
    /* x32 numbers the same calls anew. */ \
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), ANSWER(SECCOMP_RET_KILL_PROCESS), \
    /* other processes */ \
    FORBID(SYS_ptrace), FORBID(SYS_process_vm_readv), FORBID(SYS_process_vm_writev), FORBID(SYS_kcmp), \
    FORBID(CALL_PIDFD_GETFD), FORBID(CALL_PROCESS_MADVISE), FORBID(SYS_perf_event_open), \
    /* calls that are carried out unseen by this filter */ \
    FORBID(CALL_IO_URING_SETUP), FORBID(CALL_IO_URING_ENTER), FORBID(CALL_IO_URING_REGISTER), \
    /* mounts and namespaces */ \
    FORBID(SYS_mount), FORBID(SYS_umount2), FORBID(SYS_pivot_root), FORBID(SYS_chroot), FORBID(SYS_unshare), \
    FORBID(SYS_setns), FORBID(CALL_OPEN_TREE), FORBID(CALL_MOVE_MOUNT), FORBID(CALL_FSOPEN), FORBID(CALL_FSCONFIG), \
    FORBID(CALL_FSMOUNT), FORBID(CALL_FSPICK), FORBID(CALL_MOUNT_SETATTR), FORBID(SYS_open_by_handle_at), \
    /* the kernel itself */ \
    FORBID(SYS_bpf), FORBID(SYS_userfaultfd), FORBID(SYS_kexec_load), FORBID(SYS_init_module), \
    FORBID(SYS_finit_module), FORBID(SYS_delete_module), FORBID(SYS_reboot), FORBID(SYS_swapon), FORBID(SYS_swapoff), \
    FORBID(SYS_syslog), FORBID(SYS_acct), FORBID(SYS_quotactl), FORBID(CALL_QUOTACTL_FD), FORBID(SYS_settimeofday), \
    FORBID(SYS_clock_settime), FORBID(SYS_sethostname), FORBID(SYS_setdomainname), FORBID(SYS_fanotify_init), \
    /* the user's keys */ \
    FORBID(SYS_keyctl), FORBID(SYS_add_key), FORBID(SYS_request_key), \
    /* glibc takes this for an old kernel and calls clone, whose flags can be read */ \
    IF(CALL_CLONE3), ANSWER(SECCOMP_RET_ERRNO | ENOSYS), \
    IF_THEN(SYS_clone, 4), LOAD_ARGUMENT(0), IF_ANY_OF(NAMESPACES), REFUSE, ANSWER(SECCOMP_RET_ALLOW), \
    /* typing into a terminal */ \
    IF_THEN(SYS_ioctl, 6), LOAD_ARGUMENT(1), IF(TIOCSTI), REFUSE, IF(TIOCLINUX), REFUSE, ANSWER(SECCOMP_RET_ALLOW)

// A Unix socket leads to whatever listens on this machine: the desk, an agent of keys, a container engine. A pair of
// them leads nowhere.
UNSANITIZED int forbid_system_calls(int allows_network) {
    static struct sock_filter local[] = {
        COMMON, FORBID(SYS_socket), ANSWER(SECCOMP_RET_ALLOW),
    };
    static struct sock_filter networked[] = {
        COMMON,
        IF_THEN(SYS_socket, 6), LOAD_ARGUMENT(0), IF(AF_INET), ANSWER(SECCOMP_RET_ALLOW), IF(AF_INET6),
        ANSWER(SECCOMP_RET_ALLOW), REFUSE,
        ANSWER(SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {
        .len = allows_network ? sizeof networked / sizeof *networked : sizeof local / sizeof *local,
        .filter = allows_network ? networked : local,
    };
    return (int)BARE(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

#else

int forbid_system_calls(int allows_network) {
    (void)allows_network;
    return -ENOSYS;
}

#endif
