#include "dispatch.hpp"

#include <cstdlib>
#include <cstring>

namespace clew {

namespace {

Cpu detect() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") &&
                      __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    // vpopcntq and vpopcntw: Ice Lake and Zen 4 on; a machine with the older AVX-512 takes the AVX2 path.
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512bitalg");
    return avx512 ? Cpu::avx512 : avx2 ? Cpu::avx2 : Cpu::portable;
#else
    return Cpu::portable;
#endif
}

Cpu decide() {
    const Cpu best = detect();
    const char* wish = std::getenv("CLEW_CPU");
    if (wish == nullptr) return best;
    Cpu limit = best;
    if (std::strcmp(wish, "portable") == 0) limit = Cpu::portable;
    if (std::strcmp(wish, "avx2") == 0) limit = Cpu::avx2;
    return limit < best ? limit : best;
}

}  // namespace

Cpu cpu() {
    static const Cpu chosen = decide();
    return chosen;
}

const char* cpu_name(Cpu level) {
    switch (level) {
        case Cpu::avx512: return "avx512";
        case Cpu::avx2: return "avx2";
        default: return "portable";
    }
}

}  // namespace clew
