/** Tests of the JDBC store on H2, and of what needs a database that misbehaves. */
@NullMarked
package org.tokenfilter.store.jdbc;

import org.jspecify.annotations.NullMarked;
