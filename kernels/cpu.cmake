# Kernels for the CPU: one file per instruction set, chosen at run time (kernels/common/cpu_caps.h). Their threads are
# the caller's: every entry works on a range. Compilers without vector types (MSVC) get launchers that say "not
# supported", and the callers take the portable path.
add_library(studio_kernels_cpu STATIC
    common/cpu_caps.cpp
    attention/block_attention_cpu.cpp
    sla/sla_cpu.cpp)
add_library(studio::kernels_cpu ALIAS studio_kernels_cpu)
target_include_directories(studio_kernels_cpu PUBLIC "${PROJECT_SOURCE_DIR}")
target_link_libraries(studio_kernels_cpu PRIVATE studio::flags)

if(CMAKE_CXX_COMPILER_ID MATCHES "GNU")
    target_compile_definitions(studio_kernels_cpu PRIVATE STUDIO_CPU_VECTORS)
    set(fast -O3 -ffp-contract=fast)
    if(MINGW)
        list(APPEND fast -Wa,-muse-unaligned-vector-move)  # the stack of Windows is aligned to 16 bytes only
    endif()
    set(avx2 ${fast} -mavx2 -mfma -mbmi2)
    set(avx512 ${avx2} -mavx512f -mavx512vl -mavx512bw -mavx512dq -mavx512cd -mprefer-vector-width=512)
    set(sets plain)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
        target_compile_definitions(studio_kernels_cpu PRIVATE STUDIO_CPU_X86)
        list(APPEND sets avx2 avx512)
    endif()
    set(plain ${fast})
    foreach(set IN LISTS sets)
        foreach(stem attention/block_attention_cpu sla/sla_cpu)
            target_sources(studio_kernels_cpu PRIVATE ${stem}_${set}.cpp)
            set_source_files_properties(${stem}_${set}.cpp PROPERTIES COMPILE_OPTIONS "${${set}}")
        endforeach()
    endforeach()
endif()
