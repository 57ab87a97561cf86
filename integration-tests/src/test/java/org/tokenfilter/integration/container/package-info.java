/**
 * Tests of the unchanged WAR of the sample on common containers. Each has its own class path, which
 * the build copies to {@code target/containers}; the tests use HTTP. Start with {@link
 * org.tokenfilter.integration.container.ContainersIT}.
 */
@NullMarked
package org.tokenfilter.integration.container;

import org.jspecify.annotations.NullMarked;
