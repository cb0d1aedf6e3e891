// Every noise schedule of tests/data/golden/samplers/tables.json: diffusers 0.42, wan/utils/fm_solvers*.py,
// TurboDiffusion.
#include <gtest/gtest.h>

#include "core/json.h"
#include "sampler/sampler.h"

namespace studio {
namespace {

Json tables() {
    return read_json_file(std::filesystem::path(STUDIO_TEST_DATA) / "golden/samplers/tables.json").value();
}

void expect_near(const std::vector<double>& got, const std::vector<double>& want, double tolerance,
                 const std::string& what) {
    ASSERT_EQ(got.size(), want.size()) << what;
    for (std::size_t i = 0; i < got.size(); ++i)
        EXPECT_NEAR(got[i], want[i], tolerance) << what << " at " << i;
}

SamplerSettings settings_of(const Json& entry) {
    SamplerSettings out;
    out.kind = sampler_kind(entry.value("kind", "rcm")).value();
    out.steps = entry.at("steps");
    out.shift = entry.value("shift", out.shift);
    out.sigma_max = entry.value("sigma_max", out.sigma_max);
    return out;
}

TEST(SamplerTables, Grids) {
    const Json all = tables().at("tables");
    ASSERT_GE(all.size(), 4U);
    for (const Json& entry : all) {
        const std::string kind = entry.at("kind");
        const auto schedule = make_schedule(settings_of(entry));
        const std::string what = kind + " n" + entry.at("steps").dump() + " s" + entry.at("shift").dump();
        expect_near(schedule.sigmas, entry.at("sigmas"), 1e-6, what);
        // Euler's timesteps are not integers: 1000 sigma in fp32.
        expect_near(schedule.timesteps, entry.at("timesteps"), kind == "euler_diffusers" ? 1e-3 : 0, what);
    }
}

TEST(SamplerTables, Rcm) {
    const Json all = tables().at("rcm");
    ASSERT_GE(all.size(), 8U);
    for (const Json& entry : all) {
        const auto schedule = make_schedule(settings_of(entry));
        expect_near(schedule.sigmas, entry.at("t"), 1e-12, "t");
        expect_near(schedule.timesteps, entry.at("timestep_fed"), 0, "timestep_fed");
    }
}

TEST(SamplerTables, ExpertOfEachStep) {
    const Json document = tables();
    Json all = document.at("expert");
    for (const Json& entry : document.at("rcm_expert"))
        all.push_back(entry);
    ASSERT_GE(all.size(), 8U);
    for (const Json& entry : all) {
        const auto settings = settings_of(entry);
        const auto schedule = make_schedule(settings);
        const Json& flags = entry.contains("high") ? entry.at("high") : entry.at("low");
        ASSERT_EQ(flags.size(), static_cast<std::size_t>(settings.steps));
        for (int i = 0; i < settings.steps; ++i) {
            const bool want_high = flags.at(static_cast<std::size_t>(i)).get<bool>() == entry.contains("high");
            EXPECT_EQ(high_noise_expert(settings.kind, schedule, i, entry.at("boundary")), want_high)
                << entry.dump() << i;
        }
    }
}

}  // namespace
}  // namespace studio
