// Which of the near rows are matches, and the nearest of them for each query, in memory that a flood cannot grow.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

namespace clew {

template <class T>
using Column = nanobind::ndarray<const T, nanobind::ndim<1>, nanobind::c_contig, nanobind::device::cpu>;
using Values = nanobind::ndarray<const uint8_t, nanobind::ndim<2>, nanobind::c_contig, nanobind::device::cpu>;

// Whose the rows are. In each segment rows of equal distance stand in the order of their entry ids, so that comparing
// row numbers compares entry ids.
struct Owners {
    const int64_t* entry_ids;
    const uint32_t* lists;
};

// What is asked: a radius for each list number (-1: not asked), rows that are silent, and how many matches to keep.
struct Asked {
    const int16_t* radius_by_list;
    size_t lists;
    const uint8_t* silent;  // a bit for each row, lowest bit first; may be null
    size_t limit;

    int widest() const {
        int widest = -1;
        for (size_t i = 0; i < lists; i++) widest = std::max<int>(widest, radius_by_list[i]);
        return widest;
    }
};

class Found {
   public:
    Found(const Owners& owners, const Asked& asked, size_t query_count)
        : owners_(owners), asked_(asked), room_(std::max<size_t>(2 * asked.limit, 64)), found_(query_count) {}

    void take(uint32_t query, uint32_t row, uint32_t distance) {
        const uint32_t list = owners_.lists[row];
        if (list >= asked_.lists || static_cast<int>(distance) > asked_.radius_by_list[list]) return;
        if (asked_.silent != nullptr && (asked_.silent[row >> 3] >> (row & 7) & 1) != 0) return;
        One& one = found_[query];
        one.total++;
        const uint64_t key = static_cast<uint64_t>(distance) << 32 | row;
        if (key >= one.bound) return;
        one.keys.push_back(key);
        if (one.keys.size() >= room_) cut(one);
    }

    static void take_into(void* self, uint32_t query, uint32_t row, uint32_t distance) {
        static_cast<Found*>(self)->take(query, row, distance);
    }

    // Puts each query's matches in order and drops those beyond the limit. Needs no Python.
    void finish() {
        kept_ = 0;
        for (One& one : found_) {
            if (one.keys.empty()) continue;
            cut(one);
            std::sort(one.keys.begin(), one.keys.end());
            kept_ += one.keys.size();
        }
    }

    // (matches, bytes): totals u64 a query, then a column after the other: entry id i64, query u32, list u32, row u32,
    // distance u16. One Python object instead of six: a single look-up costs little more than its search.
    nanobind::tuple columns() const {
        const size_t n = kept_, queries = found_.size();
        PyObject* bytes = PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(8 * queries + 22 * n));
        if (bytes == nullptr) throw nanobind::python_error();
        char* totals = PyBytes_AS_STRING(bytes);
        char* entry_ids = totals + 8 * queries;
        char* query_numbers = entry_ids + 8 * n;
        char* lists = query_numbers + 4 * n;
        char* rows = lists + 4 * n;
        char* distances = rows + 4 * n;
        size_t i = 0;
        for (size_t query = 0; query < queries; query++) {
            put<uint64_t>(totals, query, found_[query].total);
            for (const uint64_t key : found_[query].keys) {
                const uint32_t row = static_cast<uint32_t>(key);
                put<int64_t>(entry_ids, i, owners_.entry_ids[row]);
                put<uint32_t>(query_numbers, i, static_cast<uint32_t>(query));
                put<uint32_t>(lists, i, owners_.lists[row]);
                put<uint32_t>(rows, i, row);
                put<uint16_t>(distances, i, static_cast<uint16_t>(key >> 32));
                i++;
            }
        }
        return nanobind::make_tuple(n, nanobind::steal<nanobind::bytes>(bytes));
    }

   private:
    struct One {
        uint64_t total = 0;
        uint64_t bound = UINT64_MAX;  // keys from here on cannot be among the nearest
        std::vector<uint64_t> keys;   // distance, then row
    };

    void cut(One& one) const {
        const size_t limit = asked_.limit;
        if (one.keys.size() <= limit) return;
        if (limit > 0) {
            std::nth_element(one.keys.begin(), one.keys.begin() + static_cast<std::ptrdiff_t>(limit), one.keys.end());
        }
        one.bound = limit > 0 ? one.keys[limit] : 0;
        one.keys.resize(limit);
    }

    template <class T>
    static void put(char* column, size_t i, T value) {
        std::memcpy(column + i * sizeof(T), &value, sizeof(T));
    }

    const Owners owners_;
    const Asked asked_;
    const size_t room_;
    std::vector<One> found_;
    size_t kept_ = 0;
};

// The arguments of every search, checked once here.
inline Asked asked_of(const Column<int16_t>& radius_by_list, const std::optional<Column<uint8_t>>& silent, size_t limit,
                      uint64_t count) {
    if (silent && silent->size() * 8 < count) throw nanobind::value_error("silent must have a bit for every row");
    return {radius_by_list.data(), radius_by_list.size(), silent ? silent->data() : nullptr, limit};
}

}  // namespace clew
