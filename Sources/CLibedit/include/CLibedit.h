// libedit as Swift can call it.
//
// `el_set`, `el_get` and `history` are variadic, and Swift imports no variadic C function: each use of
// them has a wrapper here with the types of that one use.

#ifndef CLIBEDIT_H
#define CLIBEDIT_H

#include <histedit.h>
#include <stdint.h>
#include <stdio.h>
#include <wchar.h>

// MARK: Setting up

/// Takes what libedit would draw. Nothing is written anywhere: the line is drawn by its reader.
FILE *_Nullable cle_open_sink(void);

/// Makes a private pseudo-terminal whose modes are libedit's to change, with the settings and special
/// characters of the terminal `like`. Both descriptors close on exec. Returns 0, or -1 with `errno`.
int cle_open_private_terminal(int like, int *_Nonnull primary, int *_Nonnull replica);

static inline EditLine *_Nullable cle_init(
    const char *_Nonnull name, FILE *_Nonnull sink, int terminal
) {
    return el_init_fd(name, sink, sink, sink, terminal, terminal, terminal);
}

static inline void cle_set_client(EditLine *_Nonnull el, void *_Nullable client) {
    el_set(el, EL_CLIENTDATA, client);
}

static inline void *_Nullable cle_client(EditLine *_Nonnull el) {
    void *client = 0;
    el_get(el, EL_CLIENTDATA, &client);
    return client;
}

/// The only place where libedit waits, also inside a search or an operator of vi.
static inline void cle_set_get_character(
    EditLine *_Nonnull el, int (*_Nonnull get)(EditLine *_Nonnull, wchar_t *_Nonnull)
) {
    el_wset(el, EL_GETCFN, get);
}

static inline void cle_set_editor(EditLine *_Nonnull el, const wchar_t *_Nonnull name) {
    el_wset(el, EL_EDITOR, name);
}

/// Undoes `edit off` of a settings file: without editing, libedit would not interpret keys at all.
static inline void cle_set_editing(EditLine *_Nonnull el) {
    el_set(el, EL_EDITMODE, 1);
}

static inline int cle_add_function(
    EditLine *_Nonnull el, const wchar_t *_Nonnull name, const wchar_t *_Nonnull help,
    unsigned char (*_Nonnull function)(EditLine *_Nonnull, wint_t)
) {
    return el_wset(el, EL_ADDFN, name, help, function);
}

static inline int cle_bind(
    EditLine *_Nonnull el, const wchar_t *_Nonnull key, const wchar_t *_Nonnull function
) {
    return el_wset(el, EL_BIND, key, function, NULL);
}

/// Binds in vi's command mode.
static inline int cle_bind_alternative(
    EditLine *_Nonnull el, const wchar_t *_Nonnull key, const wchar_t *_Nonnull function
) {
    return el_wset(el, EL_BIND, L"-a", key, function, NULL);
}

static inline int cle_is_vi(EditLine *_Nonnull el) {
    const wchar_t *editor = 0;
    return el_wget(el, EL_EDITOR, &editor) == 0 && editor && editor[0] == L'v';
}

// MARK: History

static inline void cle_history_set(HistoryW *_Nonnull history, int size) {
    HistEventW event;
    history_w(history, &event, H_SETSIZE, size);
    history_w(history, &event, H_SETUNIQUE, 1);
}

static inline void cle_history_enter(HistoryW *_Nonnull history, const wchar_t *_Nonnull line) {
    HistEventW event;
    history_w(history, &event, H_ENTER, line);
}

static inline void cle_use_history(EditLine *_Nonnull el, HistoryW *_Nonnull history) {
    el_wset(el, EL_HIST, history_w, history);
}

// MARK: Waking a thread that waits in poll

/// A descriptor that is readable after `cle_ring`, closes on exec and never blocks; -1 with `errno`.
int cle_open_bell(void);
void cle_ring(int bell);
void cle_silence(int bell);

/// Makes `signal_number` ring `bell` and be kept for `cle_take_signals`. One bell per process:
/// the terminal is one, too. Returns 0, or -1 with `errno`.
int cle_watch_signal(int signal_number, int bell);

/// Gives `signal_number` back its default meaning.
void cle_unwatch_signal(int signal_number);

/// The watched signals that came since the last call, as bits `1 << number`.
uint64_t cle_take_signals(void);

#endif
