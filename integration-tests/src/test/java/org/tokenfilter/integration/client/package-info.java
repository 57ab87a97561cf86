/**
 * The clients of four products, as they are: what they send, to the sample, with no more changed
 * than the base URL. Programs that are not installed are skipped, with the reason.
 */
@NullMarked
package org.tokenfilter.integration.client;

import org.jspecify.annotations.NullMarked;
