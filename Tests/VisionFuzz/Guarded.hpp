#pragma once
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

/* Memory that ends where a page begins that nobody may touch: code without AddressSanitizer faults there too. */
class Guarded {
  public:
    explicit Guarded(size_t length) : length_(length) {
        const size_t page = size_t(sysconf(_SC_PAGESIZE));
        const size_t pages = (length + page - 1) / page * page;
        mapped_ = pages + page;
        start_ = static_cast<uint8_t *>(mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        if (start_ == MAP_FAILED || mprotect(start_ + pages, page, PROT_NONE) != 0) abort();
        bytes_ = start_ + pages - length;
    }
    Guarded(const uint8_t *bytes, size_t length) : Guarded(length) {
        if (length > 0) memcpy(bytes_, bytes, length);
    }
    Guarded(const Guarded &) = delete;
    ~Guarded() { munmap(start_, mapped_); }

    uint8_t *bytes() { return bytes_; }
    size_t length() const { return length_; }

  private:
    size_t length_, mapped_;
    uint8_t *start_, *bytes_;
};
