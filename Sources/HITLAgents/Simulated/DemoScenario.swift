extension Scenario {
    /// The scenario `demo`, so that a first run needs no file. Byte for byte `examples/scenarios/demo.yaml`.
    package static let demoSource = #"""
        # The story that `hitl loop` tells when no other agent is chosen. docs/scenarios.md describes the format.
        name: demo
        description: An assistant looks after the files of a small shop. Its calls are real.

        workspace:
          data.csv: |
            customer,email,phone
            Ada Byron,ada@example.com,+44 20 5550 0101
            Grace Murray,grace@example.com,+1 212 555 0102
            Edith Clarke,edith@example.com,+1 512 555 0103
          orders/2026-10.csv: |
            order,customer,item,amount
            1029,Edith Clarke,slide rule,74.00
            1030,Ada Byron,notebook,12.50
          orders/2026-11.csv: |
            order,customer,item,amount
            1031,Ada Byron,punched cards,48.20
            1032,Grace Murray,relay,310.00
            1033,Edith Clarke,graph paper,9.80
            1034,Grace Murray,moth trap,26.00
          notes.md: |
            # To do

            - tell customer@example.com when order 1032 leaves
            - file last month's orders
          import-1.tmp: |
            half of an import that was interrupted
          import-2.tmp: |
            the other half
          thumbnails.tmp: |
            can be made again at any time

        agents:
          main:
            - say: |
                Hello! I look after the files of a small shop: ${workspace}
                The files are real, and so is what I do to them. So I ask you first.
                Two things to begin with: an old list of customers should go, and one of them waits for news.
            - say: |
                /hitl status            what waits for you
                /hitl show 1            all of request 1
                /hitl approve 1         do it
                /hitl reject 2 --reason "…"     don't, and I hear why
                Or talk to me: delete the temporary files
            - together:
                - call: deleteFile
                  arguments: { path: "${workspace}/data.csv" }
                  confidence: 0.76
                  reason: The list of customers is out of date, and nobody should keep addresses without need.
                  onSucceeded:
                    - say: data.csv is gone.
                  onRejected:
                    - say: "data.csv stays. You said: ${reason}"
                    - call: moveFile
                      arguments: { from: data.csv, to: archive/data.csv }
                      confidence: 0.93
                      reason: Out of the way, and nothing is lost.
                      onSucceeded:
                        - say: I moved data.csv to archive/ instead.
                      onRejected:
                        - say: Then it stays where it is.
                  onExpired:
                    - say: Nobody decided about data.csv, so I left it alone.
                - call: sendEmail
                  arguments: { to: customer@example.com, subject: Order Update }
                  confidence: 0.92
                  reason: The customer asked when order 1032 leaves.
                  onSucceeded:
                    - say: The message lies in the outbox.
                  onRejected:
                    - say: "I do not send it. You said: ${reason}"
                    - call: writeFile
                      arguments:
                        path: drafts/order-update.md
                        content: |
                          Subject: Order Update

                          Dear customer,

                          order 1032 leaves us on Monday. You can still change the address until then.
                      confidence: 0.88
                      reason: A draft that you can read and change before anything leaves.
                      onSucceeded:
                        - say: A draft is in drafts/order-update.md. Change it as you like.
                      onRejected:
                        - say: "No draft either, then. You said: ${reason}"
                  onExpired:
                    - say: Nobody decided about the message, so I did not send it.
            - call: executeCommand
              arguments:
                command: >-
                  awk -F, 'NR > 1 { count++; sum += $4 } END { printf "%d orders, %.2f in all", count, sum }'
                  orders/2026-11.csv | tee total.txt
              confidence: 0.97
              reason: To add up the orders of November, and to keep the sum in total.txt.
              onSucceeded:
                - say: "November so far: ${result.stdout}"
                - call: writeFile
                  arguments:
                    path: reports/november.md
                    content: |
                      # November

                      ${result.stdout}
                  confidence: 0.95
                  reason: So that the sum need not be worked out again.
                  onSucceeded:
                    - say: It is written down in reports/november.md.
                  onRejected:
                    - say: "I do not write it down. You said: ${reason}"
              onRejected:
                - say: "Then I do not add anything up. You said: ${reason}"
              onFailed:
                - say: "I could not add up the orders: ${summary}"
            - say: Two helpers of mine do the rest at the same time.
            - together:
                - agent: archivist
                  steps:
                    - call: moveFile
                      arguments: { from: orders/2026-10.csv, to: archive/orders-2026-10.csv }
                      confidence: 0.9
                      reason: October is closed.
                      onSucceeded:
                        - say: October is in the archive.
                      onRejected:
                        - say: "October stays. You said: ${reason}"
                - agent: secretary
                  steps:
                    - call: editFile
                      arguments:
                        path: notes.md
                        oldText: "- file last month's orders\n"
                        newText: ""
                      confidence: 0.81
                      reason: That is being done just now.
                      onSucceeded:
                        - say: One thing less in notes.md.
                      onRejected:
                        - say: "I leave notes.md alone. You said: ${reason}"
            - say: |
                That was all from me. Look into ${workspace}: what /hitl history tells has happened, and nothing else.
                You can go on talking to me.

        replies:
          - when:
              - "* delete * temporary files *"
              - "* remove * temporary files *"
              - "* delete * tmp files *"
              - "* clean up *"
              - "* tidy *"
            example: delete the temporary files
            steps:
              - forEach: "*.tmp"
                steps:
                  - call: deleteFile
                    arguments: { path: "${file}" }
                    confidence: 0.9
                    reason: A temporary file of an import that is over.
                    onSucceeded:
                      - say: "${file} is gone."
                    onRejected:
                      - say: "${file} stays. You said: ${reason}"
                ifNone:
                  - say: There are no temporary files any more.
          - when: ["* list *", "* which files *", "* what files *", "* show * files *", "ls *"]
            example: list the files
            steps:
              - say: "In the workspace itself there are:"
              - forEach: "*"
                steps:
                  - say: "  ${file}"
                ifNone:
                  - say: No files, only directories.
          - when: ["* add up *", "* how much *", "* total *", "* sum *"]
            example: how much did we sell?
            steps:
              - call: executeCommand
                arguments:
                  argv:
                    - awk
                    - "-F,"
                    - NR > 1 { sum[$2] += $4 } END { for (name in sum) printf "%s %.2f\n", name, sum[name] }
                    - orders/2026-11.csv
                confidence: 0.96
                reason: To add up November's orders by customer.
                onSucceeded:
                  - say: "By customer:\n${result.stdout}"
                onRejected:
                  - say: "Then you have to guess. You said: ${reason}"
          - when: ["* write * report *", "* report *"]
            example: write a report
            steps:
              - call: writeFile
                arguments:
                  path: reports/week.md
                  content: |
                    # This week

                    - the old list of customers was looked at
                    - November's orders were added up
                confidence: 0.87
                reason: You asked for a report.
                onSucceeded:
                  - say: It is in reports/week.md.
                onRejected:
                  - say: "No report, then. You said: ${reason}"
          - when: ["* two things at once *", "* at once *", "* at the same time *"]
            example: do two things at once
            steps:
              - together:
                  - agent: painter
                    steps:
                      - call: writeFile
                        arguments: { path: signs/open.txt, content: "We are open.\n" }
                        confidence: 0.84
                        reason: A sign for the door.
                  - agent: porter
                    steps:
                      - call: moveFile
                        arguments: { from: notes.md, to: desk/notes.md }
                        confidence: 0.79
                        reason: Notes belong on the desk.

        """#
}
