/*
 * A disk whose power can be cut: an ext4 image in a file, mounted through a loop device.
 *
 * Order of calls: power_disk_make(); per cut power_disk_restore(), work on it, power_disk_cut(): what is mounted from then on
 * is what the image file held at that moment, after the file system's own recovery; what lay in the kernel's memory only is
 * lost. power_disk_remove() in every case.
 *
 * Needs root, mkfs.ext4 and loop devices. What the disk's own cache would lose or reorder between two flushes is not shown.
 */
#ifndef POWER_DISK_H
#define POWER_DISK_H

#include "temp_dir.h"

#include <stdbool.h>

struct power_disk {
    char mount[PATH_MAX]; /* the directory where the disk is seen */
    char image[PATH_MAX], kept[PATH_MAX], cut[PATH_MAX];
    bool mounted;
};

/* An empty disk, mounted below `temp`. False, with a line on stdout that says why, where such a disk cannot be had. */
bool power_disk_make(struct power_disk *disk, const struct temp_dir *temp);

/* What is on the disk now, synced, is what power_disk_restore() brings back. */
void power_disk_keep(struct power_disk *disk);
void power_disk_restore(struct power_disk *disk);

void power_disk_cut(struct power_disk *disk);
void power_disk_remove(struct power_disk *disk);

#endif
