/**
 * Tests on real databases, started by the tests and for them alone.
 *
 * <p>Start with {@link org.tokenfilter.integration.PostgresServer} and {@link
 * org.tokenfilter.integration.MariaDbServer}; each test class has a database of its own in them.
 */
@NullMarked
package org.tokenfilter.integration;

import org.jspecify.annotations.NullMarked;
