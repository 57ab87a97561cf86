package org.tokenfilter.benchmark.database;

/**
 * What was done in a database.
 *
 * @param statements sent by the application
 * @param commits of transactions that it began itself, and rollbacks; each costs a round trip, too
 * @param rowWrites rows inserted, updated or deleted; -1 if not known
 * @param walBytes written ahead; -1 if not known
 */
public record Activity(long statements, long commits, long rowWrites, long walBytes) {}
