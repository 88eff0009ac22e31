#define _GNU_SOURCE
#include "CV4L2.h"

#include <errno.h>
#include <fcntl.h>
#include <libv4l2.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>

const uint32_t cv4l2_yuyv = V4L2_PIX_FMT_YUYV, cv4l2_mjpeg = V4L2_PIX_FMT_MJPEG;
const uint32_t cv4l2_exposure_auto = V4L2_CID_EXPOSURE_AUTO, cv4l2_exposure_absolute = V4L2_CID_EXPOSURE_ABSOLUTE,
               cv4l2_auto_white_balance = V4L2_CID_AUTO_WHITE_BALANCE,
               cv4l2_white_balance_temperature = V4L2_CID_WHITE_BALANCE_TEMPERATURE;

static int call(int fd, unsigned long request, void *argument) {
    int result;
    do result = v4l2_ioctl(fd, request, argument);
    while (result == -1 && errno == EINTR);
    return result < 0 ? -1 : 0;
}

static void copy(char *target, size_t capacity, const uint8_t *source, size_t length) {
    size_t count = strnlen((const char *)source, length < capacity - 1 ? length : capacity - 1);
    memcpy(target, source, count);
    target[count] = 0;
}

int cv4l2_open(const char *path) { return v4l2_open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC); }

int cv4l2_close(int fd) { return v4l2_close(fd); }

int cv4l2_identify(int fd, cv4l2_identity *identity) {
    struct v4l2_capability found;
    memset(&found, 0, sizeof found);
    if (call(fd, VIDIOC_QUERYCAP, &found) != 0) return -1;
    copy(identity->driver, sizeof identity->driver, found.driver, sizeof found.driver);
    copy(identity->card, sizeof identity->card, found.card, sizeof found.card);
    copy(identity->bus, sizeof identity->bus, found.bus_info, sizeof found.bus_info);
    uint32_t able = found.capabilities & V4L2_CAP_DEVICE_CAPS ? found.device_caps : found.capabilities;
    identity->captures = (able & V4L2_CAP_VIDEO_CAPTURE) && (able & V4L2_CAP_STREAMING);
    return 0;
}

int cv4l2_set_format(int fd, cv4l2_format *format) {
    struct v4l2_format wanted;
    memset(&wanted, 0, sizeof wanted);
    wanted.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    wanted.fmt.pix.pixelformat = format->fourcc;
    wanted.fmt.pix.width = format->width;
    wanted.fmt.pix.height = format->height;
    wanted.fmt.pix.field = V4L2_FIELD_NONE;
    if (call(fd, VIDIOC_S_FMT, &wanted) != 0) return -1;
    format->fourcc = wanted.fmt.pix.pixelformat;
    format->width = wanted.fmt.pix.width;
    format->height = wanted.fmt.pix.height;
    format->bytes_per_line = wanted.fmt.pix.bytesperline;
    format->image_size = wanted.fmt.pix.sizeimage;
    return 0;
}

int cv4l2_set_power_line(int fd, int value) {
    struct v4l2_control control = {.id = V4L2_CID_POWER_LINE_FREQUENCY, .value = value};
    return call(fd, VIDIOC_S_CTRL, &control);
}

int cv4l2_get_control(int fd, uint32_t id, int32_t *value) {
    struct v4l2_control control = {.id = id};
    if (call(fd, VIDIOC_G_CTRL, &control) != 0) return -1;
    *value = control.value;
    return 0;
}

int cv4l2_set_control(int fd, uint32_t id, int32_t value) {
    struct v4l2_control control = {.id = id, .value = value};
    return call(fd, VIDIOC_S_CTRL, &control);
}

int cv4l2_request_buffers(int fd, uint32_t count) {
    struct v4l2_requestbuffers wanted;
    memset(&wanted, 0, sizeof wanted);
    wanted.count = count;
    wanted.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    wanted.memory = V4L2_MEMORY_MMAP;
    return call(fd, VIDIOC_REQBUFS, &wanted) != 0 ? -1 : (int)wanted.count;
}

static void prepare(struct v4l2_buffer *buffer, uint32_t index) {
    memset(buffer, 0, sizeof *buffer);
    buffer->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer->memory = V4L2_MEMORY_MMAP;
    buffer->index = index;
}

const uint8_t *cv4l2_map(int fd, uint32_t index, size_t *length) {
    struct v4l2_buffer buffer;
    prepare(&buffer, index);
    if (call(fd, VIDIOC_QUERYBUF, &buffer) != 0) return NULL;
    // libv4l2 asks for both: it may copy into the buffer when it converts.
    void *start = v4l2_mmap(NULL, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, buffer.m.offset);
    if (start == MAP_FAILED) return NULL;
    *length = buffer.length;
    return start;
}

int cv4l2_unmap(const uint8_t *start, size_t length) { return v4l2_munmap((void *)start, length); }

int cv4l2_queue(int fd, uint32_t index) {
    struct v4l2_buffer buffer;
    prepare(&buffer, index);
    return call(fd, VIDIOC_QBUF, &buffer);
}

int cv4l2_dequeue(int fd, cv4l2_filled *filled) {
    // libv4l2 writes a line for every call that finds nothing.
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    if (poll(&ready, 1, 0) == 0) return errno = EAGAIN, -1;
    struct v4l2_buffer buffer;
    prepare(&buffer, 0);
    if (call(fd, VIDIOC_DQBUF, &buffer) != 0) return -1;
    filled->index = buffer.index;
    filled->sequence = buffer.sequence;
    filled->bytes = buffer.bytesused;
    filled->damaged = (buffer.flags & V4L2_BUF_FLAG_ERROR) != 0;
    return 0;
}

int cv4l2_list_format(int fd, uint32_t index, uint32_t *fourcc) {
    struct v4l2_fmtdesc found = {.index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    if (call(fd, VIDIOC_ENUM_FMT, &found) != 0) return -1;
    if (found.flags & V4L2_FMT_FLAG_EMULATED) return errno = EINVAL, -1;
    *fourcc = found.pixelformat;
    return 0;
}

int cv4l2_list_size(int fd, uint32_t fourcc, uint32_t index, uint32_t *width, uint32_t *height) {
    struct v4l2_frmsizeenum found = {.index = index, .pixel_format = fourcc};
    if (call(fd, VIDIOC_ENUM_FRAMESIZES, &found) != 0) return -1;
    if (found.type != V4L2_FRMSIZE_TYPE_DISCRETE) return errno = EINVAL, -1;
    *width = found.discrete.width;
    *height = found.discrete.height;
    return 0;
}

int cv4l2_list_interval(int fd, const cv4l2_format *format, uint32_t index, uint32_t *numerator,
                        uint32_t *denominator) {
    struct v4l2_frmivalenum found = {
        .index = index, .pixel_format = format->fourcc, .width = format->width, .height = format->height};
    if (call(fd, VIDIOC_ENUM_FRAMEINTERVALS, &found) != 0) return -1;
    if (found.type != V4L2_FRMIVAL_TYPE_DISCRETE) return errno = EINVAL, -1;
    *numerator = found.discrete.numerator;
    *denominator = found.discrete.denominator;
    return 0;
}

int cv4l2_next_control(int fd, uint32_t after, cv4l2_control *control) {
    struct v4l2_queryctrl found = {.id = after | V4L2_CTRL_FLAG_NEXT_CTRL};
    do {
        if (call(fd, VIDIOC_QUERYCTRL, &found) != 0) return -1;
        struct v4l2_control value = {.id = found.id};
        int listed = found.type != V4L2_CTRL_TYPE_CTRL_CLASS && !(found.flags & V4L2_CTRL_FLAG_DISABLED);
        if (listed && call(fd, VIDIOC_G_CTRL, &value) == 0) {
            control->id = found.id;
            copy(control->name, sizeof control->name, found.name, sizeof found.name);
            control->minimum = found.minimum;
            control->maximum = found.maximum;
            control->step = found.step;
            control->initial = found.default_value;
            control->current = value.value;
            return 0;
        }
        found.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
    } while (1);
}

int cv4l2_stream(int fd, int on) {
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    return call(fd, on ? VIDIOC_STREAMON : VIDIOC_STREAMOFF, &type);
}
