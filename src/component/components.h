// component/components.h - the list of components; private to this module.
#pragma once
#include <span>
#include <string_view>

namespace studio::component {

class Call;

struct Component {
    std::string_view name;
    void (*run)(Call&);  // throws Failure and c10::Error
    std::string_view help;
};

std::span<const Component> components();

// One per file of the same name. Source of each contract: the documentation of `component`.
void run_tokenize(Call& call);
void run_text_encoder(Call& call);
void run_dit(Call& call);
void run_vae_encode(Call& call);
void run_vae_decode(Call& call);
void run_sampler(Call& call);
void run_pipeline(Call& call);
void run_norm(Call& call);
void run_attention(Call& call);
void run_weights(Call& call);
void run_linear_w8a8(Call& call);
void run_clip(Call& call);
void run_image(Call& call);

}  // namespace studio::component
