/** Real sockets throughout: names lead to this machine by a resolver of the test's own. */
@org.jspecify.annotations.NullMarked
package pond.worker.egress;
