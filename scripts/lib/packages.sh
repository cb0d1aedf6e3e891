# What the scripts install, one line a package: "name|what it is for". Names are those of Debian 12 and Ubuntu 24.04.
# docs/dependencies.md gives the reason for each library. Read by scripts/setup.sh.

BUILD_PACKAGES='
g++|compiler (GCC 12 or later)
cmake|build system
ninja-build|build system
ccache|second builds in seconds
mold|fast linker
pkg-config|finds FFmpeg, SentencePiece and utf8proc
git|version in the build summary
ca-certificates|HTTPS for the LibTorch download
python3|unpacks LibTorch, runs the checks
python3-pip|downloads LibTorch (a Python wheel that holds the C++ libraries)
libfmt-dev|text formatting
libspdlog-dev|log files
nlohmann-json3-dev|JSON
libcli11-dev|command line
libssl-dev|SHA-256 of models
libcurl4-openssl-dev|downloads over HTTPS
libsqlite3-dev|the queue and the history
libsentencepiece-dev|tokeniser
libutf8proc-dev|Unicode normalisation of prompts
libavcodec-dev|FFmpeg: H.264 encoder and decoder
libavformat-dev|FFmpeg: MP4 files
libavutil-dev|FFmpeg
libswscale-dev|FFmpeg: RGB to YUV
libavfilter-dev|FFmpeg: colours of a GIF, frames drawn in between
libpng-dev|PNG images, row by row
libjpeg-dev|JPEG images, decoded at reduced size when huge
libwebp-dev|WebP images
liblcms2-dev|colour profiles of images
qt6-base-dev|the window
qt6-tools-dev|translations of the window
qt6-tools-dev-tools|translations of the window
qt6-l10n-tools|translations of the window
libgl1-mesa-dev|Qt needs its headers
'

TEST_PACKAGES='
libgtest-dev|unit tests
libgmock-dev|unit tests
xvfb|the window on a screen of its own
xauth|for xvfb
ffmpeg|ffprobe: a second reader of what the program writes
fonts-dejavu-core|text in the screenshot test
openssl|certificates for the server in the download tests
desktop-file-utils|checks the desktop entry
appstream|checks the metainfo
shared-mime-info|checks the MIME type
groff|checks the manual pages
zsh|checks its completion
dbus|a message bus for the tests of notices and accessibility
at-spi2-core|the window as a screen reader meets it
python3-gi|the same
gir1.2-atspi-2.0|the same
'

LIBTORCH_WHEELS='torch==2.11.0 nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85'
# Only where nvcc is, for the tests: they read the machine code of the kernels.
CUDA_TOOL_WHEELS='nvidia-cuda-cuobjdump==13.2.86 nvidia-cuda-nvdisasm==13.2.86'
