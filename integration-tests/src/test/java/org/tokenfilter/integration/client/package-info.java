/**
 * Tests with the requests of clients of four products, sent to the sample; only the base URL is
 * changed. Tests of programs that are not installed are skipped, with the reason.
 */
@NullMarked
package org.tokenfilter.integration.client;

import org.jspecify.annotations.NullMarked;
