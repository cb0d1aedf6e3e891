# What a Linux desktop reads about the program: entry, MIME type, metainfo, icons, manual pages and completions.
# Included by ui/CMakeLists.txt.
include_guard(GLOBAL)
include(GNUInstallDirs)
set(studio_id org.turbostudio.TurboStudio)
set(studio_linux "${PROJECT_SOURCE_DIR}/installer/linux")
set(studio_entry_dir "${PROJECT_BINARY_DIR}/desktop")

# Addresses come from who publishes the program; without one the metainfo has neither links nor pictures.
set(STUDIO_HOMEPAGE "" CACHE STRING "https address of the published source tree, for links and pictures in the metainfo")
set(studio_metainfo_links "")
if(STUDIO_HOMEPAGE)
    set(studio_metainfo_links "  <url type=\"homepage\">${STUDIO_HOMEPAGE}</url>
  <screenshots>
    <screenshot type=\"default\">
      <caption>A video beside the prompt that made it</caption>
      <caption xml:lang=\"zh-CN\">视频和生成它的提示词</caption>
      <image type=\"source\">${STUDIO_HOMEPAGE}/docs/images/window.png</image>
    </screenshot>
  </screenshots>
")
endif()
configure_file("${studio_linux}/${studio_id}.metainfo.xml.in" "${studio_entry_dir}/${studio_id}.metainfo.xml" @ONLY)

install(FILES "${studio_linux}/${studio_id}.desktop" DESTINATION "${CMAKE_INSTALL_DATADIR}/applications")
install(FILES "${studio_linux}/${studio_id}.mime.xml" RENAME ${studio_id}.xml DESTINATION "${CMAKE_INSTALL_DATADIR}/mime/packages")
install(FILES "${studio_entry_dir}/${studio_id}.metainfo.xml" DESTINATION "${CMAKE_INSTALL_DATADIR}/metainfo")
foreach(side 16 24 32 48 64 128 256 512)
    install(FILES "${PROJECT_SOURCE_DIR}/resources/icons/turbo-studio-${side}.png" RENAME ${studio_id}.png
            DESTINATION "${CMAKE_INSTALL_DATADIR}/icons/hicolor/${side}x${side}/apps")
endforeach()
install(FILES "${PROJECT_SOURCE_DIR}/resources/icons/turbo-studio.svg" RENAME ${studio_id}.svg
        DESTINATION "${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps")

# Manual pages and completions are what the finished programs say of themselves, so they are made when installing.
if(TARGET turbo-studio AND TARGET turbo-studio-cli AND NOT CMAKE_CROSSCOMPILING)
    find_package(Python3 COMPONENTS Interpreter)
    if(Python3_FOUND)
        install(CODE "execute_process(COMMAND \"${Python3_EXECUTABLE}\" \"${studio_linux}/make_docs.py\"
            \"$<TARGET_FILE:turbo-studio>\" \"$<TARGET_FILE:turbo-studio-cli>\" \"${studio_entry_dir}\" COMMAND_ERROR_IS_FATAL ANY)")
        install(FILES "${studio_entry_dir}/turbo-studio.1" "${studio_entry_dir}/turbo-studio-cli.1"
                DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
        foreach(program turbo-studio turbo-studio-cli)  # bash looks for a file named like the command
            install(FILES "${studio_entry_dir}/turbo-studio.bash" RENAME ${program}
                    DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
        endforeach()
        install(FILES "${studio_entry_dir}/_turbo-studio" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
    endif()
endif()
