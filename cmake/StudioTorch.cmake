# LibTorch from the unpacked Python wheel as an imported target of our own: find_package(Torch) costs 11 s, insists on a
# CUDA toolkit and links everything. Only torch_cpu and c10 are linked; CUDA is looked for at run time.
include_guard(GLOBAL)
if(NOT EXISTS "${STUDIO_TORCH_DIR}/include/ATen/core/Tensor.h")
    message(FATAL_ERROR "LibTorch not found in STUDIO_TORCH_DIR='${STUDIO_TORCH_DIR}'. Run scripts/setup.sh, or point STUDIO_TORCH_DIR at the 'torch' folder of the unpacked wheel.")
endif()
foreach(lib torch_cpu c10)
    add_library(studio_${lib} SHARED IMPORTED)
    set_target_properties(studio_${lib} PROPERTIES
        IMPORTED_LOCATION "${STUDIO_TORCH_DIR}/lib/${CMAKE_SHARED_LIBRARY_PREFIX}${lib}${CMAKE_SHARED_LIBRARY_SUFFIX}"
        IMPORTED_IMPLIB "${STUDIO_TORCH_DIR}/lib/${lib}.lib"
        IMPORTED_NO_SONAME FALSE)
endforeach()
add_library(studio_torch INTERFACE)
add_library(studio::torch ALIAS studio_torch)
if(MSVC)
    target_include_directories(studio_torch SYSTEM INTERFACE "${STUDIO_TORCH_DIR}/include")
else()
    # The wheel carries its own fmt and google headers; searched last, so that they never hide the system's.
    target_compile_options(studio_torch INTERFACE "SHELL:-idirafter ${STUDIO_TORCH_DIR}/include")
endif()
target_link_libraries(studio_torch INTERFACE studio_torch_cpu studio_c10)
# libtorch_cpu.so finds cudart and cupti through its own $ORIGIN paths; the static linker does not need to.
if(NOT MSVC)
    target_link_options(studio_torch INTERFACE -Wl,--allow-shlib-undefined)
endif()

# One precompiled header serves every Torch file: 10-12 s of parsing each otherwise.
add_library(studio_torch_pch OBJECT "${PROJECT_SOURCE_DIR}/src/tensor/torch_pch.cpp")
target_link_libraries(studio_torch_pch PRIVATE studio::torch studio::flags)
target_include_directories(studio_torch_pch PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}")
target_precompile_headers(studio_torch_pch PRIVATE "${PROJECT_SOURCE_DIR}/src/tensor/torch_compat.h")
function(studio_use_torch target)
    target_link_libraries(${target} PRIVATE studio::torch)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "EXECUTABLE" AND NOT MSVC)
        # The precompiled header is made with -fPIC; CMake would compile programs with -fPIE, and then it is not used.
        set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
        target_compile_options(${target} PRIVATE -fPIC)
    endif()
    target_precompile_headers(${target} REUSE_FROM studio_torch_pch)
endfunction()
