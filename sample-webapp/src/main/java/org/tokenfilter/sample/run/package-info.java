/**
 * Runs the WAR without an installed container: {@code java -jar sample-webapp.war}. {@link
 * org.tokenfilter.sample.run.Main} is the entry point, and {@link
 * org.tokenfilter.sample.run.WarServer} is the container. Neither is part of the application: in an
 * installed container, nothing of this package is loaded.
 */
@NullMarked
package org.tokenfilter.sample.run;

import org.jspecify.annotations.NullMarked;
