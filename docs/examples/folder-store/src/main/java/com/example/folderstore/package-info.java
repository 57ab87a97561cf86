/**
 * A worked example of a store of your own: each record is a file in a folder.
 *
 * <p>Start with {@link com.example.folderstore.FolderTokenStore}, which holds what any store has to
 * decide; {@code RecordFolder} is what a database would do for it.
 */
@NullMarked
package com.example.folderstore;

import org.jspecify.annotations.NullMarked;
