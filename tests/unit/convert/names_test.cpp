// Official names to diffusers names and back again, over every tensor of every tiny network.
#include <gtest/gtest.h>

#include <set>

#include "checkpoint/configs.h"
#include "checkpoint/names.h"
#include "checkpoint/recognise.h"
#include "convert/diffusers_names.h"

namespace studio::convert {
namespace {

checkpoint::Recognised open(const std::string& path) {
    auto opened = io::Checkpoint::open(std::string(STUDIO_TEST_DATA) + "/golden/" + path);
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    auto part = checkpoint::recognise(*opened);
    EXPECT_TRUE(part.ok());
    return *std::move(part);
}

/// The file has diffusers names: each must come back from its official one.
void expect_round_trip(const std::string& path, const auto& to_diffusers) {
    const auto part = open(path);
    std::set<std::string> stored;
    ASSERT_GT(part.tensors.size(), 10u) << path;
    for (const auto& tensor : part.tensors) {
        EXPECT_EQ(to_diffusers(tensor.name), tensor.stored->name) << path;
        stored.insert(tensor.stored->name);
    }
    EXPECT_EQ(stored.size(), part.tensors.size());
}

TEST(DiffusersNames, Transformers) {
    for (const char* const name : {"t2v_hd12_b2", "flf2v_hd64", "i2v21_hd24", "ti2v5b_hd24", "i2v22_hd24"})
        expect_round_trip("dit/" + std::string(name) + "/weights.safetensors", &diffusers_dit_name);
    EXPECT_EQ(diffusers_dit_name("blocks.3.self_attn.attn_op.local_attn.proj_l.weight"),
              "blocks.3.attn1.attn_op.local_attn.proj_l.weight");
    EXPECT_EQ(checkpoint::dit_name("diffusers", "blocks.3.attn1.attn_op.local_attn.proj_l.weight"),
              "blocks.3.self_attn.attn_op.local_attn.proj_l.weight");
    EXPECT_EQ(diffusers_dit_name("vace_blocks.1.after_proj.weight"), "vace_blocks.1.proj_out.weight");
    EXPECT_EQ(diffusers_dit_name("something.else"), "something.else");
}

TEST(DiffusersNames, Vaes) {
    for (const char* const name : {"v21", "v22"}) {
        const std::string path = "vae/" + std::string(name) + "/weights.safetensors";
        const auto config = checkpoint::vae_config(open(path));
        ASSERT_TRUE(config.ok()) << config.error().message;
        expect_round_trip(path, [&](const std::string& official) { return diffusers_vae_name(official, *config); });
    }
}

TEST(DiffusersNames, Encoders) {
    expect_round_trip("umt5/weights.safetensors", &diffusers_umt5_name);
    expect_round_trip("layouts/clip/weights_hf.safetensors", &diffusers_clip_name);
}

}  // namespace
}  // namespace studio::convert
