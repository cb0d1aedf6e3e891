# What an installation holds beside what ui/ adds: the command line and the demo model where library/models.cpp looks for it.
# LibTorch stays where it was found (its folder goes into the run path); packages that carry it belong to installer/.
include_guard(GLOBAL)
include(GNUInstallDirs)
if(TARGET turbo-studio-cli)
    install(TARGETS turbo-studio-cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/models/demo" DESTINATION "${CMAKE_INSTALL_DATADIR}/turbo-studio/models"
        PATTERN training EXCLUDE)
install(FILES "${PROJECT_SOURCE_DIR}/models/catalog.json" DESTINATION "${CMAKE_INSTALL_DATADIR}/turbo-studio/models")
