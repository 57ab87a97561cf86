/**
 * Tests of the published jars: as modules, and as bundles.
 *
 * <p>Start with {@link org.tokenfilter.integration.jar.Jar}, which locates them. Both run the
 * application under {@code src/test/program}.
 */
@NullMarked
package org.tokenfilter.integration.jar;

import org.jspecify.annotations.NullMarked;
