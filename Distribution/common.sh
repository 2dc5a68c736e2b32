# `wheel` and `archive` source this file.

fail() {
    echo "error: $1" >&2
    exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
work=$root/.build-dist
version=$(sed -n 's/^#define BE_VERSION "\(.*\)"/\1/p' Sources/CBigEggs/include/bigeggs.h)
# All files get the last commit's time, so that the same sources give the same bytes.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
umask 022

# Of Debian's libraries, only libarchive is linked statically: the shared one needs libxml2, which needs ICU and its
# data, 33 MB.
mkdir -p "$work/pkgconfig"
sed '/^Libs.private/d; s/^Libs:.*/Libs: -l:libarchive.a/' "$(pkg-config --variable=pcfiledir libarchive)/libarchive.pc" \
    >"$work/pkgconfig/libarchive.pc"

# finish FILE...: strips symbols, and zeroes the compiler's module hashes, which differ from build to build.
finish() {
    local file zeros=$work/zeros
    for file; do
        strip -s "$file"
        if objcopy -O binary --only-section=.swift_modhash "$file" "$zeros" && [[ -s $zeros ]]; then
            head -c "$(stat -c %s "$zeros")" /dev/zero >"$zeros.new"
            objcopy --update-section .swift_modhash="$zeros.new" "$file"
        fi
    done
}

# compile LEVEL FOLDER [ARGUMENT]...: runs `swift build` for a processor level, such as v3, with FOLDER as its scratch
# folder, and keeps this machine's paths out of the files.
compile() {
    local level=$1 folder=$2
    shift 2
    BIGEGGS_MARCH=x86-64-$level PKG_CONFIG_PATH=$work/pkgconfig swift build -c release --scratch-path "$folder" \
        -Xswiftc -use-ld=lld -Xlinker --exclude-libs=libarchive.a -Xlinker --build-id=none \
        -Xswiftc -file-prefix-map -Xswiftc "$root=bigeggs" -Xcc "-ffile-prefix-map=$root=bigeggs" \
        "$@" >"$folder.log" 2>&1 ||
        { tail -n 20 "$folder.log" >&2; fail "the build for x86-64-$level failed: ${folder#"$root/"}.log says more"; }
}
