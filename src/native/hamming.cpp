// The Hamming kernel's Python face: building the tables, and an index over arrays that the caller maps or holds.
#include "hamming.hpp"

#include <nanobind/stl/optional.h>

#include <bit>
#include <memory>
#include <optional>

#include "dispatch.hpp"
#include "hamming_build.hpp"
#include "hamming_found.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace clew::hamming {

static_assert(std::endian::native == std::endian::little, "segments are little-endian and read in place");

namespace {

const Kernel& kernel() {
#if defined(__x86_64__)
    if (cpu() == Cpu::avx512) return avx512;
    if (cpu() == Cpu::avx2) return avx2;
#endif
    return portable;
}

constexpr uint64_t row_limit = UINT32_MAX - 64;

uint64_t rounded(uint64_t bytes) { return (bytes + 63) / 64 * 64; }
uint64_t offsets_bytes() { return rounded((bucket_count + 1) * sizeof(uint32_t)); }
uint64_t prints_bytes(uint64_t count) { return rounded((count + print_padding) * sizeof(uint16_t)); }

// Offsets, prints and ids of one table, one after the other, each from a multiple of 64 bytes on.
uint64_t table_bytes(uint64_t count) {
    return offsets_bytes() + prints_bytes(count) + rounded(count * sizeof(uint32_t));
}

using Mutable = nb::ndarray<uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Waiting = nb::ndarray<uint64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using MutableRows = nb::ndarray<uint8_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

uint64_t words_for(uint64_t width) { return (width + 7) / 8; }

const uint8_t* checked_permutation(const Column<uint8_t>& source_of_bit) {
    bool seen[256] = {};
    if (source_of_bit.size() != 256) throw nb::value_error("a permutation has 256 numbers");
    for (size_t i = 0; i < 256; i++) {
        if (seen[source_of_bit.data()[i]]) throw nb::value_error("a permutation names each bit once");
        seen[source_of_bit.data()[i]] = true;
    }
    return source_of_bit.data();
}

void permute_rows(const Values& values, const Column<uint8_t>& source_of_bit, const MutableRows& out) {
    if (values.shape(1) != 32 || out.shape(1) != 32 || out.shape(0) != values.shape(0)) {
        throw nb::value_error("values and out must both be n rows of 32 bytes");
    }
    const Permutation permutation(checked_permutation(source_of_bit));
    const nb::gil_scoped_release unlocked;
    uint64_t row[row_words];
    for (size_t i = 0; i < values.shape(0); i++) {
        permutation.apply(values.data() + 32 * i, row);
        std::memcpy(out.data() + 32 * i, row, sizeof row);
    }
}

const uint64_t* aligned(const uint8_t* rows) {
    if (reinterpret_cast<uintptr_t>(rows) % alignof(uint64_t) != 0) {
        throw nb::value_error("rows and tables must stand at multiples of 8 bytes");
    }
    return reinterpret_cast<const uint64_t*>(rows);
}

uint32_t fill_table(const Values& rows, uint32_t chunk, const Mutable& out, const Waiting& waiting) {
    const uint64_t count = rows.shape(0);
    if (rows.shape(1) != 32 || chunk >= chunk_count || count > row_limit || out.size() != table_bytes(count) ||
        waiting.size() < count) {
        throw nb::value_error("fill_table takes n rows of 32 bytes, a chunk below 16, table_bytes(n) bytes, n words");
    }
    const uint64_t* words = aligned(rows.data());
    uint8_t* at = out.data();
    aligned(at);
    const nb::gil_scoped_release unlocked;
    auto* offsets = reinterpret_cast<uint32_t*>(at);
    auto* prints = reinterpret_cast<uint16_t*>(at + offsets_bytes());
    auto* ids = reinterpret_cast<uint32_t*>(at + offsets_bytes() + prints_bytes(count));
    return build_table(words, static_cast<uint32_t>(count), chunk, offsets, prints, ids, waiting.data());
}

// Rows, whose they are, and (for the multi-index search) the tables over them. Holds the arrays, so a mapping lives as
// long as any search on it. Never changes: any number of threads may search at once.
class Index {
   public:
    Index(const Values& rows, const Column<int64_t>& entry_ids, const Column<uint32_t>& lists, size_t width,
          const std::optional<Column<uint8_t>>& source_of_bit, const std::optional<Column<uint8_t>>& tables)
        : rows_(rows), entry_ids_(entry_ids), lists_(lists), tables_array_(tables), width_(width) {
        const uint64_t count = rows.shape(0);
        words_ = static_cast<uint32_t>(words_for(width));
        if (width == 0 || width > 64 || rows.shape(1) != 8 * words_) {
            throw nb::value_error("rows must be of 8 to 64 bytes: the width, filled up to a multiple of 8");
        }
        if (entry_ids.size() != count || lists.size() != count || count > row_limit) {
            throw nb::value_error("rows, entry_ids and lists must be equally many, below 2^32 - 64");
        }
        tables_.rows = aligned(rows.data());
        tables_.count = count;
        if (source_of_bit) permutation_ = std::make_unique<Permutation>(checked_permutation(*source_of_bit));
        if (tables) attach(*tables);
    }

    // Whether every table's offsets rise from 0 to the number of rows.
    bool sound() const {
        const nb::gil_scoped_release unlocked;
        if (!tables_array_) return true;
        for (const Table& table : tables_.table) {
            if (table.offsets[0] != 0 || table.offsets[bucket_count] != tables_.count) return false;
            bool rising = true;
            for (uint32_t i = 0; i < bucket_count; i++) rising &= table.offsets[i] <= table.offsets[i + 1];
            if (!rising) return false;
        }
        return true;
    }

    nb::object search(const Values& queries, const Column<int16_t>& radius_by_list,
                      const std::optional<Column<uint8_t>>& silent, size_t limit) const {
        if (queries.shape(1) != width_) throw nb::value_error("queries must be as wide as the rows");
        const size_t query_count = queries.shape(0);
        const Asked asked = asked_of(radius_by_list, silent, limit, tables_.count);
        Found found({entry_ids_.data(), lists_.data()}, asked, query_count);
        bool sound = true;
        {
            const nb::gil_scoped_release unlocked;
            const int radius = asked.widest();
            if (radius >= 0 && query_count > 0 && tables_.count > 0) {
                const std::unique_ptr<uint64_t[]> words = stored_form(queries.data(), query_count);
                const Sink sink{Found::take_into, &found};
                if (tables_array_ && radius <= table_radius_limit) {
                    sound = kernel().search(tables_, words.get(), query_count, radius, sink);
                } else {
                    kernel().scan(tables_.rows, tables_.count, words_, words.get(), query_count, radius, sink);
                }
            }
            found.finish();
        }
        if (!sound) return nb::none();
        return found.columns();
    }

   private:
    void attach(const Column<uint8_t>& tables) {
        const uint64_t each = table_bytes(tables_.count);
        if (width_ != 32 || tables.size() != chunk_count * each) {
            throw nb::value_error("tables are for rows of 32 bytes and have 16 * table_bytes(n) bytes");
        }
        const uint8_t* at = tables.data();
        aligned(at);
        for (Table& table : tables_.table) {
            table.offsets = reinterpret_cast<const uint32_t*>(at);
            table.prints = reinterpret_cast<const uint16_t*>(at + offsets_bytes());
            table.ids = reinterpret_cast<const uint32_t*>(at + offsets_bytes() + prints_bytes(tables_.count));
            at += each;
        }
    }

    // Queries as the rows are: permuted, or filled up with zeros to whole words.
    std::unique_ptr<uint64_t[]> stored_form(const uint8_t* queries, size_t query_count) const {
        std::unique_ptr<uint64_t[]> words(new uint64_t[words_ * query_count]());
        for (size_t i = 0; i < query_count; i++) {
            if (permutation_) {
                permutation_->apply(queries + width_ * i, words.get() + words_ * i);
            } else {
                std::memcpy(words.get() + words_ * i, queries + width_ * i, width_);
            }
        }
        return words;
    }

    const Values rows_;
    const Column<int64_t> entry_ids_;
    const Column<uint32_t> lists_;
    const std::optional<Column<uint8_t>> tables_array_;
    const size_t width_;
    uint32_t words_ = 0;
    Tables tables_{};
    std::unique_ptr<Permutation> permutation_;
};

}  // namespace
}  // namespace clew::hamming

namespace clew {

void bind_hamming(nb::module_& m) {
    using namespace hamming;
    m.def("hamming_table_bytes", &table_bytes, "count"_a, "Bytes of one of the 16 tables over that many rows.");
    m.def("hamming_permute", &permute_rows, "values"_a, "source_of_bit"_a, "out"_a,
          "Writes each 32-byte value to out with its bits rearranged.");
    m.def("hamming_fill_table", &fill_table, "rows"_a, "chunk"_a, "out"_a, "waiting"_a,
          "Fills one table from permuted rows, with a word a row of working memory; returns its largest bucket.");
    nb::class_<Index>(m, "HammingIndex")
        .def(nb::init<const Values&, const Column<int64_t>&, const Column<uint32_t>&, size_t,
                      const std::optional<Column<uint8_t>>&, const std::optional<Column<uint8_t>>&>(),
             "rows"_a, "entry_ids"_a, "lists"_a, "width"_a, "source_of_bit"_a = nb::none(), "tables"_a = nb::none())
        .def("sound", &Index::sound)
        .def("search", &Index::search, "queries"_a, "radius_by_list"_a, "silent"_a.none(), "limit"_a);
}

}  // namespace clew
