/**
 * An example of a custom token store on the base class, which keeps its rows in a file of SQLite.
 * Start with {@link com.example.sqlitestore.SqliteTokenStore}.
 */
package com.example.sqlitestore;
