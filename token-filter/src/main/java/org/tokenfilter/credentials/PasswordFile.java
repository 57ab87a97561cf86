package org.tokenfilter.credentials;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tokenfilter.token.Subject;

/**
 * An authenticator with accounts in a text file: one line for each, with user name, hash and roles.
 * User names are compared exactly.
 *
 * <pre>
 *   # comments and empty lines are skipped
 *   alice:$pbkdf2-sha512$210000$SALT$HASH:user,admin
 *   # a user may have API keys, beside a password or without one
 *   alice:$sha256$DIGEST:user,admin
 * </pre>
 *
 * <p>The file is read once, when the object is created. Thread-safe.
 */
public final class PasswordFile implements Authenticator, AccountStatusProvider {

  private final Map<String, AccountLine> passwords;
  private final Map<ApiKeyDigest, Subject> keys;
  private final Map<String, Subject> subjects;
  private final int maxIterations;
  private final PasswordHash dummyHash;

  private PasswordFile(ParsedAccounts accounts) {
    this.passwords = Map.copyOf(accounts.passwords);
    this.keys = Map.copyOf(accounts.keys);
    this.subjects = Map.copyOf(accounts.subjects);
    this.maxIterations =
        passwords.values().stream()
            .mapToInt(line -> line.hash().iterations())
            .max()
            .orElse(PasswordHash.ITERATIONS);
    this.dummyHash = PasswordHash.dummy(maxIterations);
  }

  /** The accounts of the lines that have been read so far. */
  private static final class ParsedAccounts {
    private final Map<String, AccountLine> passwords = new HashMap<>();
    private final Map<ApiKeyDigest, Subject> keys = new HashMap<>();
    private final Map<String, Subject> subjects = new HashMap<>();

    void add(AccountLine line) {
      Subject subject = line.subject();
      if (line.key() != null && keys.put(line.key(), subject) != null) {
        throw new IllegalArgumentException("the key is already in an earlier line");
      }
      if (line.key() == null && passwords.put(subject.name(), line) != null) {
        throw new IllegalArgumentException("the user is already in an earlier line");
      }
      Subject before = subjects.putIfAbsent(subject.name(), subject);
      if (before != null && !before.roles().equals(subject.roles())) {
        throw new IllegalArgumentException("the user has other roles in an earlier line");
      }
    }
  }

  /**
   * Reads a file, in UTF-8.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if a line is not a valid account; the message names the line.
   *     Also if there is no account, since a file may be empty while it is being rewritten
   */
  public static PasswordFile read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    ParsedAccounts accounts = new ParsedAccounts();
    for (int i = 0; i < lines.size(); i++) {
      String line = withoutByteOrderMark(lines.get(i)).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        try {
          accounts.add(AccountLine.parse(line));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(file + ", line " + (i + 1) + ": " + e.getMessage(), e);
        }
      }
    }
    if (accounts.subjects.isEmpty()) {
      throw new IllegalArgumentException(
          file + " has no account; it needs at least one line USER:HASH:ROLE,ROLE");
    }
    return new PasswordFile(accounts);
  }

  /**
   * Writes the line of an account to standard output; the password is the first line of standard
   * input. With {@code --key}, generates an API key and writes it to standard error, once.
   *
   * <pre>
   *   java -cp 'WEB-INF/lib/*' org.tokenfilter.credentials.PasswordFile alice user,admin
   *   java -cp 'WEB-INF/lib/*' org.tokenfilter.credentials.PasswordFile --key feed reader
   * </pre>
   */
  public static void main(String[] args) throws IOException {
    boolean forKey = args.length == 3 && args[0].equals("--key");
    if (args.length != 2 && !forKey) {
      throw new IllegalArgumentException(
          "usage: USER ROLE,ROLE with the password on standard input, or --key USER ROLE,ROLE");
    }
    String user = args[args.length - 2];
    SecureRandom random = new SecureRandom();
    String key = forKey ? ApiKeyDigest.newKey(random) : "";
    Object kept = forKey ? ApiKeyDigest.of(key.toCharArray()) : hashOfInput(random);
    String line = user + ":" + kept + ":" + args[args.length - 1];
    AccountLine.parse(line);
    if (forKey) {
      System.err.println("The API key, which is not stored: " + key);
    }
    System.out.println(line);
  }

  private static PasswordHash hashOfInput(SecureRandom random) throws IOException {
    String password =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    if (password == null || password.isEmpty()) {
      throw new IllegalArgumentException(
          "standard input must contain the password in its first line");
    }
    return PasswordHash.of(password.toCharArray(), PasswordHash.ITERATIONS, random);
  }

  private static String withoutByteOrderMark(String line) {
    return line.startsWith("\uFEFF") ? line.substring(1) : line;
  }

  /** Returns the names of all users. */
  public Set<String> users() {
    return subjects.keySet();
  }

  /** Returns this object, since its accounts never change. */
  @Override
  public Object accountsVersion() {
    return this;
  }

  /** Returns the user with the roles in the file; empty if the user is not in the file. */
  @Override
  public Optional<Subject> current(Subject subject) {
    return Optional.ofNullable(subjects.get(subject.name()));
  }

  @Override
  public Optional<Subject> authenticate(UsernamePasswordCredential credential) {
    AccountLine account = passwords.get(credential.username());
    PasswordHash hash = account == null ? dummyHash : account.hash();
    boolean matches = hash.matches(credential.password());
    if (hash.iterations() < maxIterations) {
      // The shorter time of an older, cheaper hash must not reveal that its user exists.
      PasswordHash.dummy(maxIterations - hash.iterations()).matches(credential.password());
    }
    return matches && account != null ? Optional.of(account.subject()) : Optional.empty();
  }

  @Override
  public Optional<Subject> authenticateKey(ApiKeyCredential key) {
    return Optional.ofNullable(keys.get(ApiKeyDigest.of(key.value())));
  }
}
