#include "CVision.h"
#include "Guarded.hpp"

/* The first six bytes say width, height and stride, the rest are pixels. */
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 6) return 0;
    const int width = data[0] | data[1] << 8, height = data[2] | data[3] << 8, stride = data[4] | data[5] << 8;
    if (int64_t(width) * height > 1 << 20) return 0;
    Guarded yuyv(data + 6, size - 6);
    Guarded bgr(size_t(width) * size_t(height) * 3);
    const int result =
        cvision_yuyv_decode(yuyv.bytes(), yuyv.length(), stride, bgr.bytes(), bgr.length(), width, height);
    if (result > 0) abort();
#ifdef PLANTED_BUG
    // A caller that says more than there is: what the guard pages and AddressSanitizer are for.
    Guarded row(size_t(width) * 3);
    cvision_yuyv_decode(yuyv.bytes(), yuyv.length(), stride, row.bytes(), bgr.length(), width, height);
#endif
    Guarded shorter(bgr.length() / 2);
    if (bgr.length() > 0 && cvision_yuyv_decode(yuyv.bytes(), yuyv.length(), stride, shorter.bytes(),
                                                shorter.length(), width, height) == 0)
        abort();
    return 0;
}
