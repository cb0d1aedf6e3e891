// app/command_text.h - settings as the line that makes the same video on the command line.
#pragma once
#include <string>
#include <string_view>

#include "app/generation_request.h"

namespace studio {

enum class Shell { kPosix, kWindows };  // sh, bash, zsh; cmd.exe

/// "turbo-studio-cli generate --prompt '...' --seed 7 ...": every setting that is set and not at its default. Pasted
/// into that shell it arrives exactly as written: quotes, dollars, percent signs, line breaks and all of Unicode.
/// Left out is what belongs to this machine and not to the video: output, queue numbers and latents.
std::string command_text(const GenerationRequest& request, Shell shell);
/// For the system that this program runs on.
std::string command_text(const GenerationRequest& request);

/// One word, quoted where the shell needs it. Windows: a line break cannot be pasted into cmd.exe and becomes a space.
std::string quoted_word(std::string_view word, Shell shell);

}  // namespace studio
