package org.tokenfilter.benchmark.database;

/**
 * The work that was done in a database.
 *
 * @param statements the statements that the application sent
 * @param commits the commits and rollbacks of transactions that the application began; each costs a
 *     round trip as well
 * @param rowsWritten the rows inserted, updated or deleted; -1 if not known
 * @param walBytes the bytes written to the write-ahead log; -1 if not known
 */
public record DatabaseActivity(long statements, long commits, long rowsWritten, long walBytes) {}
