// The Hamming kernel's inner face: what the instruction-set files offer, in plain types so that no template is shared
// between files compiled for different machines.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clew::hamming {

constexpr uint32_t chunk_count = 16;       // of 16 bits each
constexpr uint32_t bucket_count = 65536;   // one for each value of a chunk
constexpr uint32_t row_words = 4;          // 256 bits
constexpr uint32_t print_padding = 32;     // prints are read 32 at a time, past the last one
constexpr int table_radius_limit = 31;     // from 32 on a chunk may differ in two bits, and the scan takes over

// One table: rows grouped by the value of one chunk. A print is the row's next chunk, cyclically; it stands beside the
// id so that nearly every candidate is dismissed without touching its row.
struct Table {
    const uint32_t* offsets;  // bucket_count + 1
    const uint16_t* prints;   // count + print_padding
    const uint32_t* ids;      // count
};

struct Tables {
    const uint64_t* rows;
    uint64_t count;
    Table table[chunk_count];
};

// Takes each row within the radius, once for each query.
struct Sink {
    void (*take)(void* self, uint32_t query, uint32_t row, uint32_t distance);
    void* self;
};

// What one instruction set offers. Both report every row within `radius` bits and no other.
struct Kernel {
    // False when the tables point outside themselves: a damaged file.
    bool (*search)(const Tables& tables, const uint64_t* queries, size_t query_count, int radius, Sink sink);
    void (*scan)(const uint64_t* rows, uint64_t count, uint32_t words, const uint64_t* queries, size_t query_count,
                 int radius, Sink sink);
};

extern const Kernel portable;
#if defined(__x86_64__)
extern const Kernel avx2;
extern const Kernel avx512;
#endif

}  // namespace clew::hamming
