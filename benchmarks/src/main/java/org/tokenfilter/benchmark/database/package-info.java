/**
 * Real databases, and counters of the work that is done in them. Start with {@link
 * org.tokenfilter.benchmark.database.Database}.
 */
@NullMarked
package org.tokenfilter.benchmark.database;

import org.jspecify.annotations.NullMarked;
