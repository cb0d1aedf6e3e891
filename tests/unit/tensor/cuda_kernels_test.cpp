// The CUDA plugin's door: plugin missing, damaged, of another version; and the real one where there is no driver.
#include "tensor/cuda_kernels.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "support/temp_folder.h"
#include "tensor/cuda_library.h"

namespace studio {
namespace {
using ::testing::HasSubstr;

TEST(CudaPlugin, MissingFileIsASentence) {
    const auto opened = open_cuda_plugin("/nowhere/libstudio_cuda.so");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kNotFound);
    EXPECT_THAT(opened.error().file, HasSubstr("libstudio_cuda.so"));
    EXPECT_FALSE(opened.error().fix.empty());
}

TEST(CudaPlugin, FileThatIsNoLibrary) {
    const studio::test::TempFolder folder;
    const auto path = folder.path() / "libstudio_cuda.so";
    std::ofstream(path) << "not an ELF file";
    const auto opened = open_cuda_plugin(path);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported);
    EXPECT_THAT(opened.error().message, HasSubstr("cannot be opened"));
}

TEST(CudaPlugin, LibraryWithoutTheEntry) {
    const auto opened = open_cuda_plugin(STUDIO_PLUGIN_WITHOUT_ENTRY);
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, HasSubstr("no studio_cuda_table"));
}

TEST(CudaPlugin, OtherVersionAndOtherSizeAreRefused) {
    const auto other = open_cuda_plugin(STUDIO_PLUGIN_OTHER_VERSION);
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error().message, HasSubstr("another version than " + std::to_string(kCudaTableVersion)));
    const auto smaller = open_cuda_plugin(STUDIO_PLUGIN_OTHER_SIZE);
    ASSERT_FALSE(smaller);
    EXPECT_THAT(smaller.error().message, HasSubstr("(12 bytes)"));
}

TEST(CudaPlugin, EnvironmentNamesTheFile) {
    setenv("STUDIO_CUDA_PLUGIN", "/somewhere/plugin.so", 1);
    EXPECT_EQ(cuda_plugin_path(), "/somewhere/plugin.so");
    unsetenv("STUDIO_CUDA_PLUGIN");
    EXPECT_THAT(cuda_plugin_path().filename().string(), HasSubstr("studio_cuda"));
}

TEST(CudaPlugin, WithoutADeviceNothingIsUsedAndTheReasonIsSaid) {
    if (cuda_state().usable) GTEST_SKIP() << "this machine has a device";
    EXPECT_EQ(cuda_kernels().table, nullptr);
    EXPECT_EQ(cuda_kernels().reason, cuda_state().reason);
    EXPECT_FALSE(describe_cuda_kernels().empty());
}

#ifdef STUDIO_BUILT_PLUGIN
TEST(CudaPlugin, TheBuiltOneOpensWithoutADriverAndRefusesWork) {
    if (cuda_state().usable) GTEST_SKIP() << "this machine has a device";
    const auto opened = open_cuda_plugin(STUDIO_BUILT_PLUGIN);
    ASSERT_TRUE(opened) << opened.error().message;
    const CudaTable& table = **opened;
    const kernels::DeviceCaps caps = table.device_caps();
    EXPECT_FALSE(caps.usable);
    EXPECT_NE(caps.reason[0], '\0');
    float x[8] = {}, y[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    alignas(16) float ax[8] = {}, ay[8] = {1};
    const kernels::Status misaligned = table.gelu_tanh({nullptr, y, 8, kernels::DType::kF32}, nullptr);
    EXPECT_EQ(misaligned.code, kernels::StatusCode::kInvalidArgument);
    const kernels::Status refused = table.gelu_tanh({ax, ay, 8, kernels::DType::kF32}, nullptr);
    EXPECT_EQ(refused.code, kernels::StatusCode::kNoDevice);
    EXPECT_EQ(ay[0], 1.0f);
    EXPECT_EQ(x[0], 0.0f);
    EXPECT_EQ(table.current_stream(), nullptr);
    setenv("STUDIO_CUDA_PLUGIN", STUDIO_BUILT_PLUGIN, 1);
    EXPECT_THAT(describe_cuda_kernels(), HasSubstr("installed (nvcc"));
    unsetenv("STUDIO_CUDA_PLUGIN");
}
#endif

}  // namespace
}  // namespace studio
