/**
 * Runs the WAR by itself: {@code java -jar sample-webapp.war}. {@link
 * org.tokenfilter.sample.run.Main} is where it starts, before there is any container; {@link
 * org.tokenfilter.sample.run.WarServer} is the container. Neither is part of the application:
 * deployed anywhere else, nothing here is loaded.
 */
@NullMarked
package org.tokenfilter.sample.run;

import org.jspecify.annotations.NullMarked;
