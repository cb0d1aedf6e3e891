// Hundreds of pickles that would do harm in Python: none is taken, and nothing happens. The whole of it runs in a
// process that the system kills at any attempt to start a program, to open a file for writing or to use the network.
#include <gtest/gtest.h>

#include <random>

#include "io/checkpoint.h"
#include "io/pickle_reader.h"
#include "support/temp_folder.h"
#include "support/torch_bytes.h"

#ifdef __linux__
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#endif

namespace studio::io {
namespace {

using namespace test::pickle;

/// Each would create `sentinel` if Python loaded it.
std::vector<std::string> hostile(const std::string& sentinel) {
    std::vector<std::string> out;
    const std::string weights = text("w") + tensor(storage("FloatStorage", "0", 4));
    const std::string touch = "touch " + sentinel, python = "open('" + sentinel + "','w')";
    struct Callable {
        const char *module, *name;
        const std::string* argument;
    };
    std::vector<Callable> callables;
    for (const char* module : {"os", "posix", "nt", "commands", "popen2"}) {
        for (const char* what : {"system", "popen", "execv", "spawnl", "getoutput", "remove"})
            callables.push_back({module, what, &touch});
    }
    for (const char* what :
         {"eval", "exec", "compile", "__import__", "open", "getattr", "execfile", "apply", "globals"}) {
        callables.push_back({"builtins", what, &python});
        callables.push_back({"__builtin__", what, &python});
    }
    for (const auto& [module, what] :
         std::vector<std::pair<const char*, const char*>>{{"subprocess", "Popen"},
                                                          {"subprocess", "call"},
                                                          {"runpy", "run_path"},
                                                          {"runpy", "_run_code"},
                                                          {"pty", "spawn"},
                                                          {"torch", "load"},
                                                          {"torch.hub", "load"},
                                                          {"torch.jit", "load"},
                                                          {"torch.serialization", "load"},
                                                          {"torch.utils.cpp_extension", "load"},
                                                          {"torch._inductor.codecache", "compile_file"},
                                                          {"numpy", "load"},
                                                          {"numpy.testing._private.utils", "runstring"},
                                                          {"pickle", "loads"},
                                                          {"_pickle", "loads"},
                                                          {"marshal", "loads"},
                                                          {"imp", "load_source"},
                                                          {"importlib", "import_module"},
                                                          {"timeit", "timeit"},
                                                          {"cProfile", "run"},
                                                          {"pdb", "run"},
                                                          {"code", "InteractiveInterpreter"},
                                                          {"ctypes", "CDLL"},
                                                          {"webbrowser", "open"},
                                                          {"shutil", "rmtree"},
                                                          {"socket", "create_connection"},
                                                          {"idlelib.pyshell", "ModifiedInterpreter.runcommand"},
                                                          {"distutils.file_util", "write_file"},
                                                          {"doctest", "debug_script"},
                                                          {"pip", "main"},
                                                          {"asyncio", "create_subprocess_shell"},
                                                          {"uuid", "_get_command_stdout"},
                                                          {"imaplib", "IMAP4_stream"},
                                                          {"bdb", "Bdb"},
                                                          {"trace", "Trace"},
                                                          {"aiohttp", "request"},
                                                          {"lib2to3.pgen2.grammar", "Grammar.loads"},
                                                          {"types", "CodeType"},
                                                          {"functools", "partial"},
                                                          {"operator", "attrgetter"},
                                                          {"collections", "namedtuple"},
                                                          {"collections", "defaultdict"}}) {
        callables.push_back({module, what, &touch});
    }
    for (const Callable& c : callables) {
        const std::string function = name(c.module, c.name), arguments = tuple(text(*c.argument));
        out.push_back(stream(function + arguments + "R"));
        out.push_back(stream(dict(weights + text("x") + function + arguments + "R")));  // after good weights
        out.push_back(stream(function + "q" + '\0' + dict(weights) + "h" + '\0' + arguments + "R"));  // kept first
        out.push_back(stream(text(c.module) + text(c.name) + "\x93" + arguments + "R"));              // STACK_GLOBAL
        out.push_back(kStart + "(i" + c.module + "\n" + c.name + "\n.");
        out.push_back(stream(function + ")\x81" + dict(text("cmd") + text(*c.argument)) + "b"));  // NEWOBJ, BUILD
    }
    // Data descriptions bent into calls.
    for (const std::string& function :
         {name("torch._utils", "_rebuild_tensor_v2"), name("torch._utils", "_rebuild_parameter"),
          name("collections", "OrderedDict"), name("torch", "FloatStorage"), name("torch", "float32")}) {
        out.push_back(stream(function + tuple(text(touch)) + "R"));
        out.push_back(stream(function + dict(text("__reduce__") + text(python)) + "b"));
        out.push_back(stream(function + tuple(function) + "R"));
    }
    std::mt19937 random(1);
    for (int i = 0; i < 200; ++i) {  // names that no list of dangerous ones has
        std::string module, what;
        for (int k = 0; k < 8; ++k) {
            module += static_cast<char>('a' + random() % 26);
            what += static_cast<char>('a' + random() % 26);
        }
        out.push_back(stream(name(module, what) + tuple(text(touch)) + "R"));
    }
    return out;
}

/// How many of them are taken for weights, alone or inside a file.
int count_accepted(const std::vector<std::string>& pickles, const std::vector<std::filesystem::path>& files) {
    int accepted = 0;
    for (const std::string& pickle : pickles)
        accepted += read_pickle(std::as_bytes(std::span(pickle)), "m.pth").ok() ? 1 : 0;
    for (const auto& file : files)
        accepted += Checkpoint::open(file).ok() ? 1 : 0;
    return accepted;
}

struct Hostile : testing::Test {
    Hostile() : sentinel(folder / "sentinel"), pickles(hostile(sentinel.string())) {
        for (std::size_t i = 0; i < pickles.size(); ++i)
            files.push_back(folder.write(std::to_string(i) + ".pth", test::torch_bytes(pickles[i])));
    }
    test::TempFolder folder;
    std::filesystem::path sentinel;
    std::vector<std::string> pickles;
    std::vector<std::filesystem::path> files;
};

TEST_F(Hostile, NoneIsTakenAndNothingHappens) {
    EXPECT_GE(pickles.size(), 700u);
    EXPECT_EQ(count_accepted(pickles, files), 0);
    EXPECT_FALSE(std::filesystem::exists(sentinel));
    EXPECT_EQ(folder.count_files(), files.size());
}

#if defined(__linux__) && defined(__x86_64__)

/// From here on: no new program, no file but for reading, no socket, no signal to others. Offence: SIGSYS.
bool forbid_effects() {
    const auto call = static_cast<unsigned>(offsetof(seccomp_data, nr));
    const auto third = static_cast<unsigned>(offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t));
    const auto second = static_cast<unsigned>(offsetof(seccomp_data, args) + 1 * sizeof(std::uint64_t));
    std::vector<sock_filter> filter{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, call)};
    for (const long number : {SYS_execve, SYS_execveat, SYS_fork,     SYS_vfork,     SYS_socket,   SYS_connect,
                              SYS_creat,  SYS_unlink,   SYS_unlinkat, SYS_rename,    SYS_renameat, SYS_renameat2,
                              SYS_mkdir,  SYS_mkdirat,  SYS_link,     SYS_linkat,    SYS_symlink,  SYS_symlinkat,
                              SYS_kill,   SYS_tkill,    SYS_truncate, SYS_ftruncate, SYS_ptrace,   SYS_openat2}) {
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(number), 0, 1));
        filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    }
    const auto forbid_writing = [&](long number, unsigned flags_at) {
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(number), 0, 4));
        filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, flags_at));
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0, 1));
        filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
        filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    };
    forbid_writing(SYS_open, second);
    forbid_writing(SYS_openat, third);
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/// Runs `work` in a child under the filter; its exit code, or minus the signal that ended it.
template <class Work>
int run_confined(const Work& work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(forbid_effects() ? work() : 99);
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) return -1000;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST_F(Hostile, TheSystemSeesOnlyReads) {
    const int code = run_confined([this] { return count_accepted(pickles, files) == 0 ? 0 : 1; });
    if (code == 99) GTEST_SKIP() << "this system does not let a process confine itself";
    EXPECT_EQ(code, 0);
    // And the filter is one: what is forbidden ends the process.
    const std::string written = sentinel.string();
    EXPECT_EQ(run_confined([&] { return ::open(written.c_str(), O_WRONLY | O_CREAT, 0600) >= 0 ? 1 : 2; }), -SIGSYS);
    EXPECT_EQ(run_confined([] { return ::execl("/bin/true", "true", nullptr); }), -SIGSYS);
    EXPECT_EQ(run_confined([] { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 1 : 2; }), -SIGSYS);
    EXPECT_FALSE(std::filesystem::exists(sentinel));
}

#endif

}  // namespace
}  // namespace studio::io
