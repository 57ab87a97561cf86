package com.example.folderstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.TokenStoreContract;

class FolderTokenStoreTest extends TokenStoreContract {

  @TempDir private Path folder;
  private TokenStore store;
  private TokenStore otherNode;

  @BeforeEach
  void open() {
    store = new FolderTokenStore(folder, Duration.ofMinutes(1));
    otherNode = new FolderTokenStore(folder, Duration.ofMinutes(1));
  }

  @Override
  public TokenStore store() {
    return store;
  }

  @Override
  public TokenStore otherNode() {
    return otherNode;
  }

  @Override
  public Optional<TokenStore> unreachable() {
    Path gone = folder.resolve("gone");
    TokenStore lost = new FolderTokenStore(gone, Duration.ofSeconds(1));
    assertThat(gone.toFile().renameTo(folder.resolve("elsewhere").toFile())).isTrue();
    return Optional.of(lost);
  }

  @Override
  public Optional<AutoCloseable> hold() {
    try {
      FileChannel channel =
          FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      assertThat(channel.tryLock()).isNotNull();
      return Optional.of(channel);
    } catch (IOException e) {
      throw new AssertionError("the folder cannot be locked", e);
    }
  }

  @Override
  public boolean damage(TokenId id) {
    try {
      Path row = folder.resolve("rows").resolve("r" + HexFormat.of().formatHex(id.bytes()));
      Files.writeString(row, "id=");
      return true;
    } catch (IOException e) {
      throw new AssertionError("the row cannot be damaged", e);
    }
  }
}
