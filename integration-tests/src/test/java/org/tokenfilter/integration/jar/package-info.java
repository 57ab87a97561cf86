/**
 * Tests on the jars as they are published: as modules, and as bundles.
 *
 * <p>Start with {@link org.tokenfilter.integration.jar.Jar}, which knows where they are. Both run
 * the application under {@code src/test/program}.
 */
@NullMarked
package org.tokenfilter.integration.jar;

import org.jspecify.annotations.NullMarked;
