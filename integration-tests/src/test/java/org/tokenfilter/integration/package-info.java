/**
 * Tests on real databases, started by the tests for their own use only.
 *
 * <p>Start with {@link org.tokenfilter.integration.PostgresServer} and {@link
 * org.tokenfilter.integration.MariaDbServer}; each test class has its own database in them.
 */
@NullMarked
package org.tokenfilter.integration;

import org.jspecify.annotations.NullMarked;
