/** How a store over a database begins, as docs/stores.md shows it. It is compiled, not run. */
@NullMarked
package com.example.databasestore;

import org.jspecify.annotations.NullMarked;
