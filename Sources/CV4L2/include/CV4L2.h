#pragma once
#include <stddef.h>
#include <stdint.h>

/* V4L2 capture through libv4l2: what Swift can't import (the VIDIOC_* macros, unions, variadic calls).
 *
 * Functions return 0, or -1 with errno, unless said otherwise. */

typedef struct {
    /* Always ended by a zero. */
    char driver[17], card[33], bus[33];
    /* Whether it captures single-planar video and streams. */
    int captures;
} cv4l2_identity;

typedef struct {
    uint32_t fourcc, width, height, bytes_per_line, image_size;
} cv4l2_format;

typedef struct {
    uint32_t index;
    /* Counts the pictures that the driver saw begin: a gap is one that found no free buffer. */
    uint32_t sequence;
    size_t bytes;
    /* Whether the driver marks the contents as bad. */
    int damaged;
} cv4l2_filled;

typedef struct {
    uint32_t id;
    /* Always ended by a zero. */
    char name[33];
    int32_t minimum, maximum, step, initial, current;
} cv4l2_control;

/* The formats that are asked for. */
extern const uint32_t cv4l2_yuyv, cv4l2_mjpeg;

/* The controls of a camera's automatics, and those that take their place. */
extern const uint32_t cv4l2_exposure_auto, cv4l2_exposure_absolute, cv4l2_auto_white_balance,
    cv4l2_white_balance_temperature;

/* Returns a descriptor that does not block, or -1 with errno. */
int cv4l2_open(const char *path);
int cv4l2_close(int fd);
int cv4l2_identify(int fd, cv4l2_identity *identity);
/* Asks for a format; `format` then holds what the driver chose, which may differ. */
int cv4l2_set_format(int fd, cv4l2_format *format);
/* The mains' frequency, against flicker: 1 is 50 Hz, 2 is 60 Hz. Many cameras have no such control. */
int cv4l2_set_power_line(int fd, int value);
/* -1 with EINVAL: the camera has no such control, or not this value of it. */
int cv4l2_get_control(int fd, uint32_t id, int32_t *value);
int cv4l2_set_control(int fd, uint32_t id, int32_t value);
/* Returns how many buffers the driver gave, or -1. */
int cv4l2_request_buffers(int fd, uint32_t count);
/* Maps a buffer for reading. Returns NULL with errno where that fails. */
const uint8_t *cv4l2_map(int fd, uint32_t index, size_t *length);
int cv4l2_unmap(const uint8_t *start, size_t length);
int cv4l2_queue(int fd, uint32_t index);
/* Takes a filled buffer. EAGAIN: none is ready. */
int cv4l2_dequeue(int fd, cv4l2_filled *filled);
int cv4l2_stream(int fd, int on);

/* Listing, by index from 0: -1 with EINVAL is the end. Formats that libv4l2 would convert to are left out. */
int cv4l2_list_format(int fd, uint32_t index, uint32_t *fourcc);
/* Sizes that are steps in a range are left out. */
int cv4l2_list_size(int fd, uint32_t fourcc, uint32_t index, uint32_t *width, uint32_t *height);
/* The interval between two pictures is numerator / denominator seconds. */
int cv4l2_list_interval(int fd, const cv4l2_format *format, uint32_t index, uint32_t *numerator,
                        uint32_t *denominator);
/* The control after the one with this id, which is 0 for the first; -1 with EINVAL is the end. */
int cv4l2_next_control(int fd, uint32_t after, cv4l2_control *control);
