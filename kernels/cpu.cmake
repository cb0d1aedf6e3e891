# Kernels for the CPU: one file per instruction set, chosen at run time (kernels/common/cpu_caps.h). Their threads are
# the caller's: every entry works on a range. Compilers without vector types (MSVC) get launchers that say "not
# supported", and the callers take the portable path.
add_library(studio_kernels_cpu STATIC
    common/cpu_caps.cpp
    attention/block_attention_cpu.cpp
    attention/sage_attention_cpu.cpp
    gemm_int8/w8a8_cpu.cpp
    sla/sla_cpu.cpp
    vae/causal_conv_cpu.cpp)
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
    set(vnni512 ${avx512} -mavx512vnni)
    set(avxvnni ${avx2} -mavxvnni)
    function(studio_cpu_sources stem)
        foreach(set IN LISTS ARGN)
            target_sources(studio_kernels_cpu PRIVATE ${stem}_${set}.cpp)
            set_source_files_properties(${stem}_${set}.cpp PROPERTIES COMPILE_OPTIONS "${${set}}")
        endforeach()
    endfunction()
    foreach(stem attention/block_attention_cpu attention/sage_attention_cpu sla/sla_cpu gemm_int8/quantize_tiles_cpu)
        studio_cpu_sources(${stem} ${sets})
    endforeach()
    studio_cpu_sources(gemm_int8/w8a8_cpu ${sets})
    if("avx512" IN_LIST sets)
        studio_cpu_sources(vae/causal_conv_cpu avx2 avx512)
        studio_cpu_sources(gemm_int8/w8a8_cpu avxvnni vnni512)
        studio_cpu_sources(attention/sage_attention_cpu vnni512)
    endif()
endif()

if(STUDIO_TESTS)
    studio_add_test(NAME kernel.cpu.attention LIBS studio::kernels_cpu LABELS kernel SOURCES attention/block_attention_cpu_test.cpp)
    studio_add_test(NAME kernel.cpu.sage LIBS studio::kernels_cpu LABELS kernel
        SOURCES attention/sage_attention_cpu_test.cpp)
    studio_add_test(NAME kernel.cpu.sla LIBS studio::kernels_cpu LABELS kernel SOURCES sla/sla_cpu_test.cpp)
    studio_add_test(NAME kernel.cpu.causal_conv LIBS studio::kernels_cpu LABELS kernel SOURCES vae/causal_conv_cpu_test.cpp)
    if("avx512" IN_LIST sets)
        target_compile_definitions(test_kernel_cpu_causal_conv PRIVATE STUDIO_CPU_X86)
    endif()
    studio_add_test(NAME kernel.cpu.w8a8 LIBS studio::kernels_cpu LABELS kernel SOURCES gemm_int8/w8a8_cpu_test.cpp gemm_int8/w8a8_cpu_epilogue_test.cpp)
endif()
