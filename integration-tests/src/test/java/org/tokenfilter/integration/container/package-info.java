/**
 * The sample's WAR itself on the containers that teams have. Each has a class path of its own,
 * which the build copies to {@code target/containers}; the tests speak HTTP to it. Start with
 * {@link org.tokenfilter.integration.container.ContainersIT}.
 */
@NullMarked
package org.tokenfilter.integration.container;

import org.jspecify.annotations.NullMarked;
