#include "power_disk.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Room for the test's bundles and a journal of the smallest size. */
#define DISK_BYTES (12L << 20)

enum { BUSY_TRIES_MAX = 100, BUSY_PAUSE_US = 50000 };

static bool run(const char *const argv[])
{
    pid_t child = fork();
    if (child == 0) {
        int quiet = open("/dev/null", O_RDWR | O_CLOEXEC);
        (void)dup2(quiet, STDOUT_FILENO);
        (void)dup2(quiet, STDERR_FILENO);
        (void)execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
    int status = -1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static bool attach(struct power_disk *disk, const char *image)
{
    const char *argv[] = {"mount", "-o", "loop", image, disk->mount, NULL};
    disk->mounted = run(argv);
    return disk->mounted;
}

static void detach(struct power_disk *disk)
{
    if (!disk->mounted)
        return;
    /* Whoever looks around on the machine may be in it for a moment. */
    int result = umount(disk->mount);
    for (int tries = 0; result < 0 && errno == EBUSY && tries < BUSY_TRIES_MAX; tries++) {
        (void)usleep(BUSY_PAUSE_US);
        result = umount(disk->mount);
    }
    cr_assert_eq(result, 0, "unmount %s: %s", disk->mount, strerror(errno));
    disk->mounted = false;
}

static void copy(const char *from, const char *to)
{
    const char *argv[] = {"cp", "--sparse=always", from, to, NULL};
    cr_assert(run(argv), "copy %s", from);
}

bool power_disk_make(struct power_disk *disk, const struct temp_dir *temp)
{
    *disk = (struct power_disk){.mounted = false};
    (void)temp_dir_join(temp, "disk", disk->mount);
    (void)temp_dir_join(temp, "image", disk->image);
    (void)temp_dir_join(temp, "kept", disk->kept);
    (void)temp_dir_join(temp, "cut", disk->cut);
    cr_assert_eq(mkdir(disk->mount, 0755), 0);
    int fd = open(disk->image, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert(fd >= 0 && ftruncate(fd, DISK_BYTES) == 0);
    (void)close(fd);
    const char *format[] = {"mkfs.ext4", "-q", "-F", "-b", "1024", disk->image, NULL};
    if (geteuid() != 0 || !run(format) || !attach(disk, disk->image)) {
        (void)printf("skipped: cutting the power needs root, mkfs.ext4 and loop devices\n");
        return false;
    }
    return true;
}

void power_disk_keep(struct power_disk *disk)
{
    detach(disk);
    copy(disk->image, disk->kept);
    cr_assert(attach(disk, disk->image));
}

void power_disk_restore(struct power_disk *disk)
{
    detach(disk);
    copy(disk->kept, disk->image);
    cr_assert(attach(disk, disk->image), "mount %s", disk->image);
}

void power_disk_cut(struct power_disk *disk)
{
    copy(disk->image, disk->cut);
    detach(disk);
    cr_assert(attach(disk, disk->cut), "the disk cannot be mounted after the cut");
}

void power_disk_remove(struct power_disk *disk)
{
    if (disk->mounted)
        (void)umount2(disk->mount, MNT_DETACH);
    disk->mounted = false;
}
