/// Which rules look at which program.
enum DangerousPrograms {
    enum Family: Sendable {
        case deletion, move, copy, modification, permissions, editing, disk, interpreter, deferred, network,
            infrastructure
        case processes, power, accounts, keystrokes, secrets, gate, containers, services, packages, shellState
        case databases
    }

    private static let text: [(Family, String)] = [
        (.deletion, "rm rmdir unlink shred srm trash trash-put rimraf del find fd fdfind gfind wipe"),
        (.move, "mv rename mmv"),
        (.copy, "cp ln install rsync scp sftp ditto gcp symlink"),
        (
            .modification,
            "tee touch mkdir truncate fallocate mkfifo mknod patch gzip bzip2 xz sponge gunzip split csplit"
        ),
        (.permissions, "chmod chown chgrp chattr setfacl chflags chcon xattr"),
        (
            .editing,
            """
            sed gsed perl vim vi nvim nano emacs ed ex view pico code sort curl wget tar unzip zip openssl \
            iconv base64 gcc cc 7z gpg xxd uniq tree
            """
        ),
        (
            .disk,
            """
            dd mkfs mke2fs mkswap fdisk sfdisk cfdisk gdisk sgdisk parted wipefs blkdiscard hdparm cryptsetup \
            diskutil pvremove vgremove lvremove zpool zfs mdadm nvme sg_format badblocks asr newfs newfs_apfs \
            dmsetup losetup swapoff swapon mount umount format
            """
        ),
        (
            .interpreter,
            """
            sh bash zsh dash ksh mksh ash fish csh tcsh pwsh powershell python python2 python3 perl ruby node \
            nodejs php lua tclsh Rscript osascript deno bun source . eval exec iex invoke-expression irb \
            ipython awk gawk mawk nawk java jshell groovy elixir ghci racket guile clojure
            """
        ),
        (.deferred, "at batch crontab atrm anacron launchctl schtasks"),
        (
            .network,
            """
            curl wget nc ncat netcat socat scp sftp rsync ftp ssh telnet http https xh aria2c ping dig \
            nslookup host rclone aws gsutil gh mail mailx sendmail mutt openssl lynx w3m tcpdump nmap \
            websocat croc ngrok cloudflared tailscale traceroute whois
            """
        ),
        (
            .infrastructure,
            """
            kubectl oc helm terraform tofu terragrunt pulumi aws gcloud az gh glab redis-cli vault npm heroku \
            fly flyctl doctl cdk serverless sls wrangler vercel netlify firebase cargo gem twine eksctl \
            argocd consul nomad ansible ansible-playbook psql mysql mongosh mongo sqlite3 dropdb dropuser mysqladmin \
            createuser etcdctl rabbitmqctl kafka-topics.sh docker podman gsutil bq hg s3cmd mc yarn pnpm
            """
        ),
        (.databases, "psql mysql mariadb sqlite3 sqlite duckdb sqlcmd clickhouse-client"),
        (.processes, "kill pkill killall killall5 skill slay xkill taskkill"),
        (.power, "shutdown reboot halt poweroff init telinit systemctl pm-suspend"),
        (
            .accounts,
            """
            passwd chpasswd usermod useradd userdel groupmod groupadd groupdel visudo chage chsh vipw dscl \
            adduser deluser sudoedit gpasswd
            """
        ),
        (
            .keystrokes,
            "tmux screen xdotool ydotool wtype dotool osascript xte cliclick zellij kitty wezterm expect reptyr ttyecho"
        ),
        (
            .secrets,
            """
            security secret-tool pass op bw lpass keyctl gpg printenv set export declare gnome-keyring \
            kwallet-query ssh-add aws gcloud vault chamber
            """
        ),
        (.gate, "hitl"),
        (.containers, "docker podman nerdctl kubectl"),
        (
            .services,
            """
            systemctl service launchctl iptables ip6tables nft ufw sysctl modprobe insmod rmmod update-rc.d \
            firewall-cmd setenforce loginctl chkconfig
            """
        ),
        (.packages, "apt apt-get dnf yum pacman brew snap pip pip3 npm yarn gem cargo apk zypper port flatpak"),
        (
            .shellState,
            """
            export declare typeset local readonly alias unalias shopt set enable hash trap umask ulimit unset \
            read let mapfile readarray compgen complete bind getopts pushd popd disown history fc printf
            """
        ),
    ]

    static let families: [String: [Family]] = {
        var families: [String: [Family]] = [:]
        for (family, names) in text {
            for name in names.split(separator: " ") { families[String(name), default: []].append(family) }
        }
        return families
    }()

    static let known: Set<String> = Set(families.keys)

    /// The dangerous program that a pattern of file names (`r[m]`) may stand for.
    static func matching(_ pattern: String) -> String? {
        let candidates = ["rm", "dd", "sh", "bash", "mkfs", "curl", "wget", "chmod", "python3", "mv", "nc"]
        return candidates.first { FileNamePattern.matches(Array(pattern.utf8)[...], Array($0.utf8)[...]) }
    }
}

/// Patterns of file names, as far as guesses need them.
enum FileNamePattern {
    static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>, budget: Int = 64) -> Bool {
        guard budget > 0 else { return false }
        guard let first = pattern.first else { return name.isEmpty }
        switch first {
        case UInt8(ascii: "*"):
            return matches(pattern.dropFirst(), name, budget: budget - 1)
                || (!name.isEmpty && matches(pattern, name.dropFirst(), budget: budget - 1))
        case UInt8(ascii: "?"):
            return !name.isEmpty && matches(pattern.dropFirst(), name.dropFirst(), budget: budget - 1)
        case UInt8(ascii: "["):
            guard let close = pattern.dropFirst(2).firstIndex(of: UInt8(ascii: "]")), let byte = name.first else {
                return false
            }
            let set = pattern[(pattern.startIndex + 1)..<close]
            let isNegated = set.first == UInt8(ascii: "!") || set.first == UInt8(ascii: "^")
            let isMember = set.contains(byte) || set.contains(UInt8(ascii: "-"))
            return isMember != isNegated && matches(pattern[(close + 1)...], name.dropFirst(), budget: budget - 1)
        default: return name.first == first && matches(pattern.dropFirst(), name.dropFirst(), budget: budget - 1)
        }
    }
}
