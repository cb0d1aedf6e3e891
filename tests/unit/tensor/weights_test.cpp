#include "tensor/weights.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

std::span<const std::byte> bytes_of(const std::vector<float>& values) {
    return std::as_bytes(std::span(values));
}

TEST(TensorFromBytes, SharesMemoryAndKeepsTheOwner) {
    auto owner = std::make_shared<std::vector<float>>(std::vector<float>{1, 2, 3, 4, 5, 6});
    const std::weak_ptr<std::vector<float>> watch = owner;
    at::Tensor tensor = tensor_from_bytes(bytes_of(*owner), io::DType::kF32, {2, 3}, owner);
    EXPECT_EQ(tensor.const_data_ptr<float>(), owner->data());
    EXPECT_EQ(tensor[1][0].item<float>(), 4.0f);
    owner.reset();
    EXPECT_FALSE(watch.expired());
    const at::Tensor view = tensor[0];
    tensor.reset();
    EXPECT_EQ(view[2].item<float>(), 3.0f);
}

TEST(TensorFromBytes, CopiesWhatIsNotAligned) {
    std::vector<std::byte> raw(1 + 8);
    const float values[2] = {0.5f, -2.0f};
    std::memcpy(raw.data() + 1, values, 8);
    const at::Tensor tensor = tensor_from_bytes(std::span(raw).subspan(1), io::DType::kF32, {2}, nullptr);
    raw.assign(raw.size(), std::byte{0});
    EXPECT_EQ(tensor[0].item<float>(), 0.5f);
    EXPECT_EQ(tensor[1].item<float>(), -2.0f);
}

TEST(TensorFromBytes, ReadsEightBitFloats) {
    const std::byte raw[2] = {std::byte{0x38}, std::byte{0xC0}};  // e4m3: 1.0, -2.0
    const at::Tensor tensor = tensor_from_bytes(raw, io::DType::kF8E4M3, {2}, nullptr).to(at::kFloat);
    EXPECT_EQ(tensor[0].item<float>(), 1.0f);
    EXPECT_EQ(tensor[1].item<float>(), -2.0f);
}

TEST(TensorFromBytes, RefusesSizesThatDoNotFit) {
    const std::vector<float> values(6);
    EXPECT_THROW(tensor_from_bytes(bytes_of(values), io::DType::kF32, {2, 4}, nullptr), Failure);
    EXPECT_THROW(tensor_from_bytes(bytes_of(values), io::DType::kF64, {6}, nullptr), Failure);
    const std::int64_t huge = std::int64_t{1} << 40;
    EXPECT_THROW(tensor_from_bytes(bytes_of(values), io::DType::kF32, {huge, huge}, nullptr), Failure);
    EXPECT_EQ(tensor_from_bytes({}, io::DType::kF32, {0, 4}, nullptr).numel(), 0);
}

TEST(Types, GoBothWays) {
    for (const auto type :
         {io::DType::kF64, io::DType::kF32, io::DType::kF16, io::DType::kBF16, io::DType::kF8E4M3, io::DType::kF8E5M2,
          io::DType::kI64, io::DType::kI32, io::DType::kI16, io::DType::kI8, io::DType::kU8, io::DType::kBool}) {
        EXPECT_EQ(to_dtype(to_scalar_type(type)), type);
    }
    EXPECT_THROW(to_dtype(at::kComplexFloat), Failure);
}

TEST(Tensors, SurviveTheFile) {
    const test::TempFolder folder;
    const auto path = folder.path() / "x.safetensors";
    const at::Tensor a = at::arange(6, at::kFloat).view({2, 3}).t();  // not contiguous
    const at::Tensor b = at::arange(3, at::kLong);
    write_tensors(path, {{"a", a}, {"b", b}, {"c", a.to(at::kBFloat16)}});
    const auto read = read_tensors(path);
    ASSERT_EQ(read.size(), 3u);
    EXPECT_TRUE(at::equal(read.at("a"), a));
    EXPECT_TRUE(at::equal(read.at("b"), b));
    EXPECT_TRUE(at::equal(read.at("c"), a.to(at::kBFloat16)));
    EXPECT_THROW(read_tensors(folder.path() / "none.safetensors"), Failure);
}

}  // namespace
}  // namespace studio
