/*
 * A peer in C that frames messages as CPython's Connection does: a big-endian length of four bytes, then the body, in
 * one write if the body is short. It is what "as fast as C" means in the benchmark.
 *
 *   peer receive FD       receives messages
 *   peer send FD SIZE     sends messages of one size
 *   peer echo FD          sends each message back
 *
 * Reads from stdin how often to do it, as eight bytes of the machine's own order, and answers so many; again and again
 * until the end of stdin. Reads exactly message by message, as whoever shares a pipe with others must.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { HEADER = 4, JOINED = 16384 };

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void read_all(int fd, char *target, size_t length)
{
	while (length > 0) {
		ssize_t count = read(fd, target, length);
		if (count <= 0)
			fail("read");
		target += count;
		length -= (size_t)count;
	}
}

static void write_all(int fd, const char *source, size_t length)
{
	while (length > 0) {
		ssize_t count = write(fd, source, length);
		if (count <= 0)
			fail("write");
		source += count;
		length -= (size_t)count;
	}
}

/* Returns the length of a body in new memory, which has room for a header before it. */
static uint32_t receive(int fd, char **message)
{
	uint32_t header;
	read_all(fd, (char *)&header, HEADER);
	uint32_t length = ntohl(header);
	*message = malloc(HEADER + (size_t)length);
	if (*message == NULL)
		fail("malloc");
	read_all(fd, *message + HEADER, length);
	return length;
}

static void send_message(int fd, char *message, uint32_t length)
{
	uint32_t header = htonl(length);
	memcpy(message, &header, HEADER);
	if (length <= JOINED) {
		write_all(fd, message, HEADER + (size_t)length);
	} else {
		write_all(fd, message, HEADER);
		write_all(fd, message + HEADER, length);
	}
}

int main(int count, char **arguments)
{
	if (count < 3)
		return 2;
	const char *work = arguments[1];
	int fd = atoi(arguments[2]);
	uint32_t size = count > 3 ? (uint32_t)atol(arguments[3]) : 0;
	char *own = calloc(1, HEADER + (size_t)size);
	if (own == NULL)
		fail("calloc");
	int64_t wanted;
	while (read(STDIN_FILENO, &wanted, sizeof wanted) == sizeof wanted) {
		for (int64_t done = 0; done < wanted; done++) {
			if (strcmp(work, "send") == 0) {
				send_message(fd, own, size);
				continue;
			}
			char *message;
			uint32_t length = receive(fd, &message);
			if (strcmp(work, "echo") == 0)
				send_message(fd, message, length);
			free(message);
		}
		write_all(STDOUT_FILENO, (char *)&wanted, sizeof wanted);
	}
	free(own);
	return 0;
}
