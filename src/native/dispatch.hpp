// Which instruction set this process uses: the best that the machine has, never above what CLEW_CPU allows.
#pragma once

namespace clew {

enum class Cpu { portable = 0, avx2 = 1, avx512 = 2 };

// Decided once, at first use. CLEW_CPU=portable|avx2|avx512 lowers it, so that every path can be tested on one machine.
Cpu cpu();
const char* cpu_name(Cpu level);

}  // namespace clew
