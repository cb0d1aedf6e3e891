# Cross-compile core, io and checkpoint with their tests for Windows on a Debian or Ubuntu machine (mingw-w64, wine64).
# Distributions carry no mingw builds of fmt, spdlog, nlohmann-json and GoogleTest, so the first three are used as headers
# from STUDIO_HOST_INCLUDE and GoogleTest from its sources (cmake/mingw/*-config.cmake).
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
# Run anywhere without copying the compiler's libraries along.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
# NTDDI version of Windows 10: known folders, BCrypt, RegGetValue.
set(CMAKE_CXX_FLAGS_INIT "-D_WIN32_WINNT=0x0A00 -DWINVER=0x0A00")

set(STUDIO_HOST_INCLUDE /usr/include CACHE PATH "Folder that holds the headers of fmt, spdlog and nlohmann-json")
set(STUDIO_GTEST_SOURCES /usr/src/googletest CACHE PATH "Sources of GoogleTest (Debian package googletest)")
set(STUDIO_TEXT OFF CACHE BOOL "sentencepiece has no mingw package" FORCE)
set(STUDIO_NET OFF CACHE BOOL "libcurl has no mingw package" FORCE)
set(CMAKE_FIND_PACKAGE_PREFER_CONFIG ON)
foreach(package fmt spdlog nlohmann_json GTest)
    set(${package}_DIR "${CMAKE_CURRENT_LIST_DIR}/mingw")
endforeach()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES STUDIO_HOST_INCLUDE STUDIO_GTEST_SOURCES)

find_program(STUDIO_WINE NAMES wine64 wine PATHS /usr/lib/wine NO_CMAKE_FIND_ROOT_PATH)
if(STUDIO_WINE)
    set(CMAKE_CROSSCOMPILING_EMULATOR "${STUDIO_WINE}")
endif()
