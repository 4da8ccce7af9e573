// Exact digests: sorted rows behind a table of prefixes, looked up in batches.
#include <nanobind/stl/optional.h>

#include <bit>
#include <cstring>
#include <optional>
#include <vector>

#include "hamming_found.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace clew {

namespace {

constexpr size_t lookups_ahead = 16;
constexpr uint32_t prefix_bits_limit = 28;

// The first 32 bits, as a number that orders as the bytes do.
uint32_t head(const uint8_t* value) {
    uint32_t word;
    std::memcpy(&word, value, sizeof word);
    return __builtin_bswap32(word);
}

uint32_t prefix(const uint8_t* value, uint32_t bits) { return bits == 0 ? 0 : head(value) >> (32 - bits); }

// Rows sorted by value, then by entry id; offsets[p] is the first row whose top bits are p or more.
class ExactIndex {
   public:
    ExactIndex(const Values& rows, const Column<int64_t>& entry_ids, const Column<uint32_t>& lists,
               const Column<uint32_t>& offsets)
        : rows_(rows), entry_ids_(entry_ids), lists_(lists), offsets_(offsets), width_(rows.shape(1)) {
        const size_t buckets = offsets.size() - 1;
        if (width_ < 4 || width_ > 64) throw nb::value_error("digests have 4 to 64 bytes");
        if (entry_ids.size() != rows.shape(0) || lists.size() != rows.shape(0) || rows.shape(0) >= UINT32_MAX) {
            throw nb::value_error("rows, entry_ids and lists must be equally many, below 2^32 - 1");
        }
        if (offsets.size() < 2 || !std::has_single_bit(buckets) || buckets > 1U << prefix_bits_limit) {
            throw nb::value_error("offsets must be one more than a power of two");
        }
        bits_ = static_cast<uint32_t>(std::countr_zero(buckets));
    }

    // Whether the offsets rise from 0 to the number of rows.
    bool sound() const {
        const nb::gil_scoped_release unlocked;
        const uint32_t* offsets = offsets_.data();
        const size_t buckets = offsets_.size() - 1;
        bool rising = offsets[0] == 0 && offsets[buckets] == rows_.shape(0);
        for (size_t i = 0; i < buckets; i++) rising &= offsets[i] <= offsets[i + 1];
        return rising;
    }

    nb::object search(const Values& queries, const Column<int16_t>& radius_by_list,
                      const std::optional<Column<uint8_t>>& silent, size_t limit) const {
        if (queries.shape(1) != width_) throw nb::value_error("queries must be as wide as the rows");
        const Asked asked = asked_of(radius_by_list, silent, limit, rows_.shape(0));
        Found found({entry_ids_.data(), lists_.data()}, asked, queries.shape(0));
        bool sound = true;
        {
            const nb::gil_scoped_release unlocked;
            if (asked.widest() >= 0) sound = look_up(queries.data(), queries.shape(0), found);
            found.finish();
        }
        if (!sound) return nb::none();
        return found.columns();
    }

   private:
    const uint8_t* row(uint64_t i) const { return rows_.data() + width_ * i; }

    bool look_up(const uint8_t* queries, size_t count, Found& found) const {
        const uint32_t* offsets = offsets_.data();
        bool sound = true;
        for (size_t i = 0; i < count + 2 * lookups_ahead; i++) {
            if (i < count) __builtin_prefetch(offsets + prefix(queries + width_ * i, bits_));
            if (i >= lookups_ahead && i - lookups_ahead < count) {
                const uint32_t from = offsets[prefix(queries + width_ * (i - lookups_ahead), bits_)];
                if (from < rows_.shape(0)) __builtin_prefetch(row(from));
            }
            if (i >= 2 * lookups_ahead) {
                const size_t query = i - 2 * lookups_ahead;
                sound &= look_up_one(queries + width_ * query, static_cast<uint32_t>(query), found);
            }
        }
        return sound;
    }

    bool look_up_one(const uint8_t* wanted, uint32_t query, Found& found) const {
        const uint32_t bucket = prefix(wanted, bits_);
        uint64_t from = offsets_.data()[bucket];
        const uint64_t end = offsets_.data()[bucket + 1];
        if (from > end || end > rows_.shape(0)) return false;
        for (uint64_t length = end - from; length > 0;) {  // the first row that is not below the wanted one
            const uint64_t half = length / 2;
            if (std::memcmp(row(from + half), wanted, width_) < 0) {
                from += half + 1;
                length -= half + 1;
            } else {
                length = half;
            }
        }
        for (; from < end && std::memcmp(row(from), wanted, width_) == 0; from++) {
            found.take(query, static_cast<uint32_t>(from), 0);
        }
        return true;
    }

    const Values rows_;
    const Column<int64_t> entry_ids_;
    const Column<uint32_t> lists_;
    const Column<uint32_t> offsets_;
    const size_t width_;
    uint32_t bits_ = 0;
};

using MutableOffsets = nb::ndarray<uint32_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

// Fills offsets over rows that are sorted; returns the largest bucket.
uint32_t fill_offsets(const Values& rows, const MutableOffsets& out) {
    const size_t buckets = out.size() - 1;
    if (out.size() < 2 || !std::has_single_bit(buckets) || buckets > 1U << prefix_bits_limit || rows.shape(1) < 4) {
        throw nb::value_error("offsets must be one more than a power of two, and rows of 4 bytes or more");
    }
    const nb::gil_scoped_release unlocked;
    const auto bits = static_cast<uint32_t>(std::countr_zero(buckets));
    uint32_t* offsets = out.data();
    std::memset(offsets, 0, out.size() * sizeof(uint32_t));
    for (size_t i = 0; i < rows.shape(0); i++) offsets[prefix(rows.data() + rows.shape(1) * i, bits) + 1]++;
    uint32_t largest = 0;
    for (size_t i = 0; i < buckets; i++) {
        largest = std::max(largest, offsets[i + 1]);
        offsets[i + 1] += offsets[i];
    }
    return largest;
}

}  // namespace

void bind_exact(nb::module_& m) {
    m.def("exact_fill_offsets", &fill_offsets, "rows"_a, "out"_a,
          "Fills the prefix table over sorted rows; returns its largest bucket.");
    nb::class_<ExactIndex>(m, "ExactIndex")
        .def(nb::init<const Values&, const Column<int64_t>&, const Column<uint32_t>&, const Column<uint32_t>&>(),
             "rows"_a, "entry_ids"_a, "lists"_a, "offsets"_a)
        .def("sound", &ExactIndex::sound)
        .def("search", &ExactIndex::search, "queries"_a, "radius_by_list"_a, "silent"_a.none(), "limit"_a);
}

}  // namespace clew
